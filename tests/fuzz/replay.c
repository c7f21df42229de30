/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A main for a target under any compiler: runs it over the files of a folder, and over every file cut
 * short, so that the corpora are ordinary tests.
 *
 *   fuzz_TARGET FOLDER
 */
#include <dirent.h>
#include <string.h>

#include "fuzz.h"

enum { FILE_MAX = 1 << 20, CUTS = 16 };

static size_t read_whole(const char *path, uint8_t *out)
{
    FILE *file = fopen(path, "rb");
    HOLDS(file != NULL);
    size_t size = fread(out, 1, FILE_MAX, file);
    fclose(file);
    return size;
}

int main(int argc, char **argv)
{
    static uint8_t data[FILE_MAX];
    size_t count = 0;
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    if (folder == NULL) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    LLVMFuzzerTestOneInput(data, 0);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        if (entry->d_name[0] == '.') {
            continue;
        }
        size_t size = read_whole(path, data);
        fprintf(stderr, "%s\n", entry->d_name); /* the last one said is the one that failed */
        for (size_t cut = 0; cut < CUTS && cut <= size; cut++) {
            LLVMFuzzerTestOneInput(data, size - size * cut / CUTS);
        }
        count++;
    }
    closedir(folder);
    printf("%zu inputs\n", count);
    return count > 0 ? 0 : 1;
}
