/* manifest -- which files make up Redis' log: the text of
 * appendonlydir/appendonly.aof.manifest, a line each,
 *
 *   file appendonly.aof.1.incr.aof seq 1 type i
 *
 * with type b (base: what was when it was last rewritten), i (what came
 * since, in this order) or h (of before, to be removed). Pure. */
#ifndef CLI_AOF_MANIFEST_H
#define CLI_AOF_MANIFEST_H

#include <stddef.h>

#include "common/base/base.h"

#define AOF_FILES_MAX 1024
#define AOF_FILE_NAME_SIZE 256

struct aof_file {
    char name[AOF_FILE_NAME_SIZE]; /* no folder */
    bool is_base;
};

struct aof_manifest {
    struct aof_file *files; /* the base first, as Redis reads them */
    size_t count;
};

/* Owned by out: aof_manifest_fini, also after an error. ERR_BAD_REQUEST: no
 * manifest. */
MUST_CHECK enum err aof_manifest_read(const char *text,
                                      struct aof_manifest *out);
void aof_manifest_fini(struct aof_manifest *m);

#endif
