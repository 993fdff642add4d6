/* manifest -- see manifest.h. */
#include "services/cli/aof/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Redis quotes names with spaces; none of ours has any. */
static bool
is_name(const char *name)
{
    return name[0] != '.' && name[0] != '"' && strchr(name, '/') == NULL;
}

/* "file NAME seq N type T" into *file and *type. */
static bool
read_line(const char *line, struct aof_file *file, char *type)
{
    char number[24], more[2];
    return sscanf(line, "file %255s seq %23[0-9] type %c %1s", file->name,
                  number, type, more) == 3 &&
           is_name(file->name) && strchr("bhi", *type) != NULL;
}

static bool
add_file(struct aof_manifest *m, const struct aof_file *file, char type)
{
    if (type == 'h') {
        return true;
    }
    if (m->count == AOF_FILES_MAX) {
        return false;
    }
    size_t at = m->count;
    if (type == 'b') {
        if (at > 0 && m->files[0].is_base) {
            return false; /* two of them */
        }
        memmove(m->files + 1, m->files, at * sizeof(*file));
        at = 0;
    }
    m->files[at] = *file;
    m->files[at].is_base = type == 'b';
    m->count++;
    return true;
}

enum err
aof_manifest_read(const char *text, struct aof_manifest *out)
{
    out->files = mem_new_array(AOF_FILES_MAX, sizeof(*out->files));
    out->count = 0;
    char *copy = mem_copy_string(text), *rest = copy, *line;
    bool is_good = true;
    while (is_good && (line = strsep(&rest, "\n")) != NULL) {
        struct aof_file file;
        char type;
        if (line[0] != '\0' && line[0] != '#') {
            is_good =
                read_line(line, &file, &type) && add_file(out, &file, type);
        }
    }
    free(copy);
    return is_good && out->count > 0 ? ERR_NONE : ERR_BAD_REQUEST;
}

void
aof_manifest_fini(struct aof_manifest *m)
{
    free(m->files);
    *m = (struct aof_manifest){0};
}
