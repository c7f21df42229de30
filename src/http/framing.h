/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Where each request of a connection begins and ends, read as strictly as RFC 9112 allows. Layer 2.
 *
 * Plain bytes in, no sockets: two readers of the same bytes must not find different requests in
 * them, so everything that another reader might take differently is refused here, before the
 * library sees it. What a request means (Host, the target's form) is guard.c's.
 */
#ifndef JALON_HTTP_FRAMING_H
#define JALON_HTTP_FRAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum jalon_phase {
    JALON_PHASE_BETWEEN, /* no byte of the next request */
    JALON_PHASE_HEAD,    /* in the request line or the header fields */
    JALON_PHASE_BODY,
    JALON_PHASE_OVER, /* the connection's last request has ended, or one was refused */
};

/* Zero is the start of a connection. */
struct jalon_framing {
    unsigned char state;
    unsigned refusal;   /* HTTP code; 0: nothing is wrong so far */
    const char *reason; /* of the refusal: one sentence */
    uint64_t ended;     /* requests that came whole */
    struct {
        uint64_t left;      /* bytes of the body or chunk still to come; while a size is read: it */
        uint64_t data;      /* bytes of a chunked body so far */
        uint64_t overhead;  /* bytes around them */
        size_t head;        /* bytes of request line and fields */
        size_t weight;      /* memory the library takes for the fields beside their bytes */
        size_t run;         /* bytes of the part that is being read */
        size_t fields;
        unsigned char field; /* which one is being read, of those that matter here */
        unsigned char minor; /* HTTP/1.minor */
        unsigned char blank_lines;
        bool has_length, has_coding, chunked, trailer;
        bool close, keep_alive;
        unsigned char word_length;
        char word[32]; /* a name or value that matters, in lower case */
    } request;
};

/*
 * Reads on. Returns how many of the bytes may be passed on: all; or those before the request that
 * is refused (`refusal` is set; 0 also when that one began in an earlier piece); or those up to the
 * end of the connection's last request: what follows it is nobody's.
 */
size_t jalon_framing_read(struct jalon_framing *framing, const char *bytes, size_t size);
enum jalon_phase jalon_framing_phase(const struct jalon_framing *framing);

#endif
