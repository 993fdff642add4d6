/* guard -- what a request may look like, before any parser acts on it.
 *
 * A head is read line by line; each line is judged once, when it is whole.
 */
#include "common/http/guard.h"

#include <string.h>
#include <strings.h>

#define METHOD_BYTES_MAX 16
#define LENGTH_DIGITS_MAX 12
#define CHUNK_DIGITS_MAX 8

struct span {
    const char *data;
    size_t len;
};

static const struct {
    const char *name;
    bool may_have_body;
} methods[] = {
    {"GET", false},    {"HEAD", false},    {"POST", true},  {"PUT", true},
    {"DELETE", false}, {"OPTIONS", false}, {"PATCH", true},
};

void
http_guard_init(struct http_guard *guard, size_t head_bytes_max,
                uint64_t body_bytes_max)
{
    *guard = (struct http_guard){.head_bytes_max = head_bytes_max,
                                 .body_bytes_max = body_bytes_max};
}

static bool
refuse(struct http_guard *guard, int status, const char *why)
{
    guard->refused_in = guard->state;
    guard->state = HTTP_GUARD_REFUSED;
    guard->status = status;
    guard->why = why;
    return false;
}

static bool
is_same(struct span s, const char *word)
{
    return s.len == strlen(word) && strncasecmp(s.data, word, s.len) == 0;
}

/* RFC 9110, 5.6.2. */
static bool
is_token_byte(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c >= 'a' && c <= 'z') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool
is_token(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!is_token_byte((unsigned char)s.data[i])) {
            return false;
        }
    }
    return s.len > 0;
}

/* Printable, tabs, and bytes above ASCII. */
static bool
is_field_value(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.data[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            return false;
        }
    }
    return true;
}

/* The digits of number in base; false: none, another byte, or too many. */
static bool
read_digits(struct span s, unsigned base, size_t digits_max,
            uint64_t *number_out)
{
    uint64_t number = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.data[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                                : 99;
        if (digit >= base) {
            return false;
        }
        number = number * base + digit;
        if (i >= digits_max) {
            return false;
        }
    }
    *number_out = number;
    return s.len > 0;
}

/* ---- the request line ---- */

static bool
check_method(struct http_guard *guard, struct span method)
{
    if (method.len > METHOD_BYTES_MAX || !is_token(method)) {
        return refuse(guard, 400, "the method is not a token");
    }
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (strlen(methods[i].name) == method.len &&
            memcmp(method.data, methods[i].name, method.len) == 0) {
            guard->may_have_body = methods[i].may_have_body;
            return true;
        }
    }
    return refuse(guard, 501, "this method is not known here");
}

static bool
check_target(struct http_guard *guard, struct span target)
{
    if (target.len > HTTP_GUARD_TARGET_BYTES_MAX) {
        return refuse(guard, 414, "the address is too long");
    }
    for (size_t i = 0; i < target.len; i++) {
        unsigned char c = (unsigned char)target.data[i];
        if (c <= 0x20 || c >= 0x7f) {
            return refuse(guard, 400,
                          "the address holds a byte that must be encoded");
        }
    }
    if (target.len == 0 || target.data[0] != '/' ||
        (target.len > 1 && target.data[1] == '/')) {
        return refuse(guard, 400, "the address must begin with one slash");
    }
    return true;
}

static bool
check_version(struct http_guard *guard, struct span version)
{
    if (version.len == 8 && memcmp(version.data, "HTTP/1.", 7) == 0 &&
        (version.data[7] == '0' || version.data[7] == '1')) {
        guard->is_http_1_0 = version.data[7] == '0';
        return true;
    }
    bool is_other = version.len == 8 && memcmp(version.data, "HTTP/", 5) == 0;
    return is_other ? refuse(guard, 505, "only HTTP/1.1 is spoken here")
                    : refuse(guard, 400, "the request line is not HTTP");
}

static bool
check_request_line(struct http_guard *guard, struct span line)
{
    const char *first = memchr(line.data, ' ', line.len);
    if (first == NULL) {
        return refuse(guard, 400, "the request line is not HTTP");
    }
    struct span method = {line.data, (size_t)(first - line.data)};
    struct span rest = {first + 1, line.len - method.len - 1};
    const char *second = memchr(rest.data, ' ', rest.len);
    if (second == NULL) {
        return refuse(guard, 400, "the request line is not HTTP");
    }
    struct span target = {rest.data, (size_t)(second - rest.data)};
    struct span version = {second + 1, rest.len - target.len - 1};
    guard->headers = 0;
    guard->left = 0;
    guard->body_bytes = 0;
    guard->has_host = guard->has_length = guard->is_chunked = false;
    return check_method(guard, method) && check_target(guard, target) &&
           check_version(guard, version);
}

/* ---- header fields ---- */

static bool
check_host(struct http_guard *guard, struct span value)
{
    if (guard->has_host) {
        return refuse(guard, 400, "there are two Host headers");
    }
    for (size_t i = 0; i < value.len; i++) {
        char c = value.data[i];
        bool is_fine = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                       (c >= 'a' && c <= 'z') ||
                       (c != '\0' && strchr("-._:[]", c) != NULL);
        if (!is_fine) {
            return refuse(guard, 400, "the Host header is not a host");
        }
    }
    guard->has_host = true;
    return value.len > 0 || refuse(guard, 400, "the Host header is empty");
}

static bool
check_length(struct http_guard *guard, struct span value)
{
    if (guard->has_length) {
        return refuse(guard, 400, "there are two Content-Length headers");
    }
    guard->has_length = true;
    return read_digits(value, 10, LENGTH_DIGITS_MAX, &guard->left) ||
           refuse(guard, 400, "Content-Length is not a number");
}

static bool
check_transfer(struct http_guard *guard, struct span value)
{
    if (guard->is_chunked || !is_same(value, "chunked")) {
        return refuse(guard, 400, "Transfer-Encoding may only be chunked");
    }
    guard->is_chunked = true;
    return true;
}

static bool
check_expect(struct http_guard *guard, struct span value)
{
    return is_same(value, "100-continue") ||
           refuse(guard, 417, "only 100-continue can be expected");
}

static const struct {
    const char *name;
    bool (*check)(struct http_guard *guard, struct span value);
} checked_fields[] = {
    {"host", check_host},
    {"content-length", check_length},
    {"transfer-encoding", check_transfer},
    {"expect", check_expect},
};

static struct span
trim(struct span s)
{
    while (s.len > 0 && (*s.data == ' ' || *s.data == '\t')) {
        s.data++;
        s.len--;
    }
    while (s.len > 0 &&
           (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t')) {
        s.len--;
    }
    return s;
}

static bool
check_field(struct http_guard *guard, struct span line)
{
    if (line.data[0] == ' ' || line.data[0] == '\t') {
        return refuse(guard, 400, "a header is folded over two lines");
    }
    const char *colon = memchr(line.data, ':', line.len);
    struct span name = {line.data,
                        colon == NULL ? 0 : (size_t)(colon - line.data)};
    if (!is_token(name)) {
        return refuse(guard, 400, "a header's name is not a token");
    }
    if (++guard->headers > HTTP_GUARD_HEADERS_MAX) {
        return refuse(guard, 431, "there are too many headers");
    }
    struct span value = {colon + 1, line.len - name.len - 1};
    if (!is_field_value(value)) {
        return refuse(guard, 400, "a header holds a control character");
    }
    for (size_t i = 0; i < sizeof(checked_fields) / sizeof(checked_fields[0]);
         i++) {
        if (is_same(name, checked_fields[i].name)) {
            return checked_fields[i].check(guard, trim(value));
        }
    }
    return true;
}

/* ---- the end of a head: how its body is framed ---- */

static bool
check_head(struct http_guard *guard)
{
    if (!guard->has_host && !guard->is_http_1_0) {
        return refuse(guard, 400, "the Host header is missing");
    }
    if (guard->is_chunked && guard->has_length) {
        return refuse(guard, 400,
                      "there are both Content-Length and Transfer-Encoding");
    }
    if (guard->is_chunked && guard->is_http_1_0) {
        return refuse(guard, 400, "HTTP/1.0 has no Transfer-Encoding");
    }
    if ((guard->is_chunked || guard->left > 0) && !guard->may_have_body) {
        return refuse(guard, 400, "this method has no body");
    }
    if (guard->left > guard->body_bytes_max) {
        return refuse(guard, 413, "the body is too large");
    }
    return true;
}

static void
begin_body(struct http_guard *guard)
{
    guard->state = guard->is_chunked ? HTTP_GUARD_CHUNK_SIZE
                   : guard->left > 0 ? HTTP_GUARD_BODY
                                     : HTTP_GUARD_HEAD;
    guard->scanned = 0;
    if (guard->state == HTTP_GUARD_HEAD) {
        guard->requests++;
    }
}

/* ---- scanning: each returns how many bytes pass; 0: more are needed ---- */

/* One line with its CRLF off. False: not whole yet, or refused. */
static bool
find_line(struct http_guard *guard, struct span from, size_t len_max,
          struct span *line_out)
{
    const char *end = memchr(from.data, '\n', from.len);
    size_t len = end == NULL ? from.len : (size_t)(end - from.data) + 1;
    if (len > len_max) {
        return refuse(guard, guard->state == HTTP_GUARD_HEAD ? 431 : 400,
                      "a line or the whole head is too long");
    }
    if (end == NULL) {
        return false;
    }
    if (len < 2 || end[-1] != '\r') {
        return refuse(guard, 400, "a line ends without a carriage return");
    }
    *line_out = (struct span){from.data, len - 2};
    return true;
}

static size_t
scan_head(struct http_guard *guard, struct span from)
{
    struct span line;
    for (;;) {
        struct span rest = {from.data + guard->scanned,
                            from.len - guard->scanned};
        if (!find_line(guard, rest, guard->head_bytes_max - guard->scanned,
                       &line)) {
            return 0;
        }
        bool is_first = guard->scanned == 0;
        guard->scanned += line.len + 2;
        if (is_first) {
            if (!check_request_line(guard, line)) {
                return 0;
            }
        } else if (line.len == 0) {
            size_t passed = guard->scanned;
            if (!check_head(guard)) {
                return 0;
            }
            begin_body(guard);
            return passed;
        } else if (!check_field(guard, line)) {
            return 0;
        }
    }
}

static size_t
scan_body(struct http_guard *guard, struct span from)
{
    size_t len = from.len < guard->left ? from.len : (size_t)guard->left;
    guard->left -= len;
    if (guard->left == 0) {
        guard->state = HTTP_GUARD_HEAD;
        guard->requests++;
    }
    return len;
}

static size_t
scan_chunk_size(struct http_guard *guard, struct span from)
{
    struct span line;
    if (!find_line(guard, from, CHUNK_DIGITS_MAX + 2, &line)) {
        return 0;
    }
    if (!read_digits(line, 16, CHUNK_DIGITS_MAX, &guard->left)) {
        (void)refuse(guard, 400, "a chunk's size is not a plain number");
        return 0;
    }
    guard->body_bytes += guard->left;
    if (guard->body_bytes > guard->body_bytes_max) {
        (void)refuse(guard, 413, "the body is too large");
        return 0;
    }
    guard->state = guard->left == 0 ? HTTP_GUARD_LAST : HTTP_GUARD_CHUNK_DATA;
    return line.len + 2;
}

static size_t
scan_chunk_data(struct http_guard *guard, struct span from)
{
    size_t len = from.len < guard->left ? from.len : (size_t)guard->left;
    guard->left -= len;
    if (guard->left == 0) {
        guard->state = HTTP_GUARD_CHUNK_END;
    }
    return len;
}

/* The CRLF after a chunk, or after the last one (no trailers). */
static size_t
scan_line_end(struct http_guard *guard, struct span from)
{
    size_t len = from.len < 2 ? from.len : 2;
    if (memcmp(from.data, "\r\n", len) != 0) {
        (void)refuse(guard, 400, "a chunk does not end where it should");
        return 0;
    }
    if (len < 2) {
        return 0;
    }
    bool is_last = guard->state == HTTP_GUARD_LAST;
    guard->state = is_last ? HTTP_GUARD_HEAD : HTTP_GUARD_CHUNK_SIZE;
    guard->requests += is_last;
    return 2;
}

static size_t (*const scans[])(struct http_guard *, struct span) = {
    [HTTP_GUARD_HEAD] = scan_head,
    [HTTP_GUARD_BODY] = scan_body,
    [HTTP_GUARD_CHUNK_SIZE] = scan_chunk_size,
    [HTTP_GUARD_CHUNK_DATA] = scan_chunk_data,
    [HTTP_GUARD_CHUNK_END] = scan_line_end,
    [HTTP_GUARD_LAST] = scan_line_end,
};

size_t
http_guard_scan(struct http_guard *guard, const char *bytes, size_t len)
{
    size_t passed = 0;
    while (passed < len && guard->state != HTTP_GUARD_REFUSED) {
        struct span from = {bytes + passed, len - passed};
        size_t more = scans[guard->state](guard, from);
        if (more == 0) {
            break;
        }
        passed += more;
    }
    return passed;
}

bool
http_guard_is_open(const struct http_guard *guard, size_t unpassed)
{
    return guard->state != HTTP_GUARD_REFUSED &&
           (guard->state != HTTP_GUARD_HEAD || unpassed > 0);
}
