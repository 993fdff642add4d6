/* files -- what is served under /assets/: [gateway] web_dir, read once. */
#include "services/gateway/door/files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/base.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"

#define DEPTH_MAX 4
#define ETAG_SIZE 36

struct file {
    char *name; /* below web_dir, "js/live.js" */
    const char *type;
    char *bytes;
    size_t len;
    char etag[ETAG_SIZE];
};

struct files {
    struct file items[FILES_MAX];
    size_t count, bytes;
};

extern const char openapi_json[]; /* by cmake/openapi.cmake */

static const char *
type_of(const char *name)
{
    static const char *const types[][2] = {
        {".css", "text/css; charset=utf-8"},
        {".html", "text/html; charset=utf-8"},
        {".ico", "image/x-icon"},
        {".js", "text/javascript; charset=utf-8"},
        {".json", "application/json"},
        {".map", "application/json"},
        {".png", "image/png"},
        {".svg", "image/svg+xml"},
        {".txt", "text/plain; charset=utf-8"},
        {".webmanifest", "application/manifest+json"},
        {".woff2", "font/woff2"},
    };
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot != NULL && i < sizeof(types) / sizeof(types[0]);
         i++) {
        if (strcmp(dot, types[i][0]) == 0) {
            return types[i][1];
        }
    }
    return NULL; /* not served */
}

static void
make_etag(struct file *file)
{
    uint8_t hash[16];
    struct buf text;
    buf_init(&text, 0);
    crypto_digest(NULL, file->bytes, file->len, hash, sizeof(hash));
    buf_add_byte(&text, '"');
    crypto_add_hex(&text, hash, sizeof(hash));
    buf_add_byte(&text, '"');
    (void)snprintf(file->etag, sizeof(file->etag), "%s", buf_string(&text));
    buf_fini(&text);
}

static void
read_file(struct files *files, const char *path, const char *name, size_t len)
{
    const char *type = type_of(name);
    FILE *from = type == NULL ? NULL : fopen(path, "rb");
    if (from == NULL) {
        return;
    }
    if (files->count == FILES_MAX || files->bytes + len > FILES_BYTES_MAX) {
        log_fatal("[gateway] web_dir holds more than %d files or %d bytes",
                  FILES_MAX, FILES_BYTES_MAX);
    }
    struct file *file = &files->items[files->count++];
    *file = (struct file){
        .name = mem_copy_string(name), .type = type, .bytes = mem_new(len + 1)};
    file->len = fread(file->bytes, 1, len, from);
    files->bytes += file->len;
    make_etag(file);
    (void)fclose(from);
}

static void read_dir(struct files *files, const char *dir, const char *prefix,
                     int depth);

static void
read_entry(struct files *files, const char *path, const char *name, int depth)
{
    struct stat found;
    if (stat(path, &found) != 0) {
        return;
    }
    if (S_ISDIR(found.st_mode) && depth < DEPTH_MAX) {
        char *prefix = mem_format("%s/", name);
        read_dir(files, path, prefix, depth + 1);
        free(prefix);
    } else if (S_ISREG(found.st_mode)) {
        read_file(files, path, name, (size_t)found.st_size);
    }
}

static void
read_dir(struct files *files, const char *dir, const char *prefix, int depth)
{
    DIR *list = opendir(dir);
    struct dirent *entry;
    if (list == NULL) {
        log_warn("files.no_web_dir");
        return;
    }
    while ((entry = readdir(list)) != NULL) {
        bool is_hidden = entry->d_name[0] == '.' ||
                         strcmp(entry->d_name, "node_modules") == 0;
        if (!is_hidden) {
            char *path = mem_format("%s/%s", dir, entry->d_name);
            char *name = mem_format("%s%s", prefix, entry->d_name);
            read_entry(files, path, name, depth);
            free(path);
            free(name);
        }
    }
    (void)closedir(list);
}

struct files *
files_open(const char *dir)
{
    struct files *files = mem_new(sizeof(*files));
    if (dir == NULL || *dir == '\0') {
        log_warn("files.no_web_dir");
        return files;
    }
    read_dir(files, dir, "", 0);
    log_info("files.read", log_int("files", (int64_t)files->count),
             log_int("bytes", (int64_t)files->bytes));
    return files;
}

void
files_close(struct files **files)
{
    if (*files == NULL) {
        return;
    }
    for (size_t i = 0; i < (*files)->count; i++) {
        free((*files)->items[i].name);
        free((*files)->items[i].bytes);
    }
    free(*files);
    *files = NULL;
}

static void
serve(struct exchange *x, const char *name)
{
    const struct files *files = x->gateway->files;
    for (size_t i = 0; i < files->count; i++) {
        const struct file *file = &files->items[i];
        if (strcmp(file->name, name) != 0) {
            continue;
        }
        const char *has = http_header(x->request, "If-None-Match");
        bool is_same = has != NULL && strcmp(has, file->etag) == 0;
        const struct http_header headers[] = {{"ETag", file->etag},
                                              {"Cache-Control", "no-cache"}};
        reply_bytes(x, &(struct http_answer){
                           .status = is_same ? 304 : 200,
                           .content_type = is_same ? NULL : file->type,
                           .body = file->bytes,
                           .len = is_same ? 0 : file->len,
                           .headers = headers,
                           .header_count = 2,
                       });
        return;
    }
    reply_problem(x, 404, "there is no such file");
}

void
serve_file(struct exchange *x)
{
    serve(x, exchange_param(x, "file"));
}

void
serve_favicon(struct exchange *x)
{
    serve(x, "mark.svg");
}

void
serve_openapi(struct exchange *x)
{
    reply_bytes(x, &(struct http_answer){
                       .status = 200,
                       .content_type = "application/json",
                       .body = openapi_json,
                       .len = strlen(openapi_json),
                   });
}
