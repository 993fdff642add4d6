/* files -- what is served under /assets/: [gateway] web_dir, read once.
 *
 * Held in memory, with a hash of its content as ETag: a browser asks again
 * and is told 304. A new file needs a new start. */
#ifndef GATEWAY_FILES_H
#define GATEWAY_FILES_H

#include "services/gateway/door/exchange.h"

#define FILES_MAX 512
#define FILES_BYTES_MAX (16 * 1024 * 1024) /* in all */

struct files;

/* dir may be NULL or missing: then there are none, and the log says so. */
struct files *files_open(const char *dir);
void files_close(struct files **files);

void serve_file(struct exchange *x);    /* GET /assets/{file*} */
void serve_favicon(struct exchange *x); /* GET /favicon.ico */
void serve_openapi(struct exchange *x); /* GET /v1/openapi.json */

#endif
