/* multi -- curl's multi interface on the loop; fetch.c alone uses it.
 *
 * Driven by curl_multi_socket_action. A connection that goes idle keeps its
 * event on the loop, so that its next request costs no epoll_ctl, and what
 * is added in one turn is begun together. */
#ifndef COMMON_FETCH_MULTI_H
#define COMMON_FETCH_MULTI_H

#include "common/loop/loop.h"

struct fetch_multi;

/* easy is a CURL *, code a CURLcode. Still added; may be removed and added
 * again from the call. Never called from inside a call below. */
typedef void fetch_done_cb(void *easy, int code);

struct fetch_multi *fetch_multi_new(struct loop *loop, int connections_max,
                                    fetch_done_cb *done);
/* Nothing may be added any more. */
void fetch_multi_free(struct fetch_multi **multi);
/* Once for each easy handle, before it is added. */
void fetch_multi_adopt(struct fetch_multi *multi, void *easy);
void fetch_multi_add(struct fetch_multi *multi, void *easy);
void fetch_multi_remove(struct fetch_multi *multi, void *easy);
/* Nothing more is read on the connection that easy used last (NULL: on any),
 * so that nobody waits for an answer. */
void fetch_multi_deafen(struct fetch_multi *multi, const void *easy);

#endif
