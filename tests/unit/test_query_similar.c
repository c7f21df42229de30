/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How much alike two names are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "jalon/similar.h"


static const struct jalon_text kind_words[] = {
    {"cafe", 4}, {"pizzeria", 8}, {"restaurant", 10}, {"restaurants", 11},
};
static const struct jalon_similar_kinds kinds = {kind_words, 4};

static double alike(const char *a, const char *b)
{
    struct jalon_similar_name one, other;
    jalon_similar_read(jalon_text_from(a), &kinds, &one);
    jalon_similar_read(jalon_text_from(b), &kinds, &other);
    double there = jalon_similar_compare(&one, &other);
    double back = jalon_similar_compare(&other, &one);
    assert_true(there >= 0 && there <= 1.000001);
    assert_float_equal((float)there, (float)back, 0.0001F);
    return there;
}

static void test_what_is_the_same_to_a_reader(void **state)
{
    (void)state;
    assert_true(alike("École de la Gare", "ECOLE GARE") > 0.95);
    assert_true(alike("Boris Chez", "chez boris") > 0.999);
    assert_true(alike("L'Œuf à la coque", "loeuf a la coque") > 0.8);
    assert_true(alike("McDonald's", "Mc Donalds") > 0.8);
    assert_true(alike("Le Petit Nice", "Restaurant Le Petit Nice") > 0.85);
    assert_true(alike("Le Tire Bouchon", "Le Tire-Bouchon de la Comédie") > 0.8);
    assert_true(alike("Boulangerie", "Bouangerie") > 0.85);   /* a letter too few */
    assert_true(alike("Boulangerie", "Boulnagerie") > 0.85);  /* two exchanged */
}

static void test_what_is_not(void **state)
{
    (void)state;
    assert_true(alike("Le Petit Nice", "Chez Boris") < 0.1);
    assert_true(alike("Restaurant Zen", "Restaurant Sud") < 0.5);
    assert_true(alike("Arrêt Comédie 1", "Arrêt Comédie 2") < 0.001); /* numbers say another one */
    assert_true(alike("Bus 12", "Bus 21") < 0.001);
    assert_true(alike("", "Chez Boris") <= 0);
    assert_true(alike("---", "---") <= 0);
}

static void test_long_and_odd_names(void **state)
{
    (void)state;
    static const char words[] = "aa bb cc dd ee ff gg hh ii jj kk ll mm nn oo pp qq rr ss tt uu vv";
    char longest[4000];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_true(alike(words, words) > 0.999);
    assert_true(alike(longest, longest) > 0.999);
    assert_true(alike("東京タワー", "東京タワー") > 0.999);
    assert_true(alike("\xf0\x9f\x8c\xb3", "\xf0\x9f\x8c\xb3") <= 0.0); /* no word in it */
}

static void test_kinds_say_little(void **state)
{
    struct jalon_similar_name name;
    (void)state;
    jalon_similar_read(JALON_TEXT("Restaurant"), &kinds, &name);
    assert_true(name.distinctive <= 0 && name.weight > 0);
    jalon_similar_read(JALON_TEXT("Restaurant Zen"), &kinds, &name);
    assert_true(name.distinctive > 0.5F);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_the_same_to_a_reader),
        cmocka_unit_test(test_what_is_not),
        cmocka_unit_test(test_long_and_odd_names),
        cmocka_unit_test(test_kinds_say_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
