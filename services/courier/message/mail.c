/* mail -- one message as it goes over the wire (RFC 5322, MIME). */
#include "services/courier/message/mail.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LINE_LEN_MAX 76 /* so an encoded word has at most 75 */
#define WORD_OPEN "=?UTF-8?Q?"
#define WORD_CLOSE "?="
/* "=_" never comes out of quoted-printable, so no body holds a boundary. */
#define BOUNDARY "=_muster_part"

static const char hex[] = "0123456789ABCDEF";

/* ---- headers ---- */

static bool
is_ascii(const char *s)
{
    for (; *s != '\0'; s++) {
        if ((unsigned char)*s < 0x20 || (unsigned char)*s > 0x7e) {
            return false;
        }
    }
    return true;
}

/* May stand for itself in an encoded word, also in a phrase (RFC 2047, 5). */
static bool
is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '!' || c == '*' ||
           c == '+' || c == '/';
}

static size_t
character_len(const char *s)
{
    size_t len = 1;
    while (((unsigned char)s[len] & 0xc0) == 0x80) {
        len++;
    }
    return len;
}

static size_t
add_encoded(char *to, const char *s, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == ' ') {
            to[n++] = '_';
        } else if (is_word_byte(s[i])) {
            to[n++] = s[i];
        } else {
            to[n++] = '=';
            to[n++] = hex[c >> 4];
            to[n++] = hex[c & 15];
        }
    }
    return n;
}

/* On a line of which used is taken. Characters of UTF-8 are not cut between
 * words; what is no UTF-8 could be longer than a word and is cut. */
static void
add_words(struct buf *to, size_t used, const char *s)
{
    const size_t room = LINE_LEN_MAX - strlen(WORD_OPEN) - strlen(WORD_CLOSE);
    buf_add_string(to, WORD_OPEN);
    while (*s != '\0') {
        char encoded[12];
        size_t len = character_len(s);
        len = len > 4 ? 4 : len;
        size_t n = add_encoded(encoded, s, len);
        if (used + n > room) {
            buf_add_string(to, WORD_CLOSE "\r\n " WORD_OPEN);
            used = 1;
        }
        buf_add(to, encoded, n);
        used += n;
        s += len;
    }
    buf_add_string(to, WORD_CLOSE);
}

/* Folded at spaces; a word longer than a line stays whole (RFC 5322, 2.1.1
 * allows 998). */
static void
add_folded(struct buf *to, size_t used, const char *s)
{
    while (*s != '\0') {
        size_t len = 1 + strcspn(s + 1, " ");
        if (used + len > LINE_LEN_MAX && s[0] == ' ' && s[1] != '\0' &&
            s[1] != ' ') {
            buf_add_string(to, "\r\n");
            used = 0;
        }
        buf_add(to, s, len);
        used += len;
        s += len;
    }
}

static void
add_subject(struct buf *to, const char *subject)
{
    static const char name[] = "Subject: ";
    buf_add_string(to, name);
    /* A long run without a space, and what would look encoded already, are
     * safe only as encoded words. */
    bool is_plain = is_ascii(subject) && strstr(subject, "=?") == NULL &&
                    strlen(subject) < 500;
    if (is_plain) {
        add_folded(to, sizeof(name) - 1, subject);
    } else {
        add_words(to, sizeof(name) - 1, subject);
    }
    buf_add_string(to, "\r\n");
}

static void
add_quoted(struct buf *to, const char *s)
{
    buf_add_byte(to, '"');
    for (; *s != '\0'; s++) {
        if (*s == '"' || *s == '\\') {
            buf_add_byte(to, '\\');
        }
        buf_add_byte(to, (uint8_t)*s);
    }
    buf_add_byte(to, '"');
}

static void
add_from(struct buf *to, const char *name, const char *address)
{
    buf_add_string(to, "From: ");
    if (name != NULL && name[0] != '\0') {
        if (is_ascii(name)) {
            add_quoted(to, name);
        } else {
            add_words(to, strlen("From: "), name);
        }
        buf_add_string(to, "\r\n ");
    }
    buf_printf(to, "<%s>\r\n", address);
}

static void
add_date(struct buf *to, int64_t date_ms)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t seconds = (time_t)(date_ms / 1000);
    struct tm tm;
    (void)gmtime_r(&seconds, &tm);
    buf_printf(to, "Date: %.3s, %02d %.3s %d %02d:%02d:%02d +0000\r\n",
               days + 3 * (size_t)tm.tm_wday, tm.tm_mday,
               months + 3 * (size_t)tm.tm_mon, tm.tm_year + 1900, tm.tm_hour,
               tm.tm_min, tm.tm_sec);
}

static void
add_headers(struct buf *to, const struct message *mail, int64_t date_ms)
{
    const char *at = strrchr(mail->from, '@');
    add_from(to, mail->from_name, mail->from);
    buf_printf(to, "To: <%s>\r\n", mail->to);
    add_subject(to, mail->subject);
    add_date(to, date_ms);
    buf_printf(to, "Message-ID: <%s@%s>\r\n", mail->ref,
               at == NULL ? "muster.invalid" : at + 1);
    /* RFC 3834: no machine is to answer a machine. */
    buf_add_string(to, "Auto-Submitted: auto-generated\r\n");
    if (mail->unsubscribe_url != NULL) {
        buf_printf(to,
                   "List-Unsubscribe: <%s>\r\n"
                   "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
                   mail->unsubscribe_url);
    }
    buf_add_string(to, "MIME-Version: 1.0\r\n");
}

/* ---- bodies ---- */

static bool
is_line_end(const char *s)
{
    return s[0] == '\0' || s[0] == '\n' || (s[0] == '\r' && s[1] == '\n');
}

/* A space at the end of a line would be lost on the way. */
static bool
is_plain(const char *s)
{
    unsigned char c = (unsigned char)*s;
    return (c > 0x20 && c < 0x7f && c != '=') ||
           (c == ' ' && !is_line_end(s + 1));
}

static void
add_quoted_printable(struct buf *to, const char *s)
{
    size_t used = 0;
    while (*s != '\0') {
        if (is_line_end(s)) {
            buf_add_string(to, "\r\n");
            s += s[0] == '\r' ? 2 : 1;
            used = 0;
            continue;
        }
        char c[4] = {*s};
        size_t len = 1;
        if (!is_plain(s)) {
            c[0] = '=';
            c[1] = hex[(unsigned char)*s >> 4];
            c[2] = hex[(unsigned char)*s & 15];
            len = 3;
        }
        if (used + len > LINE_LEN_MAX - 1) { /* room for the "=" */
            buf_add_string(to, "=\r\n");
            used = 0;
        }
        buf_add(to, c, len);
        used += len;
        s++;
    }
    if (used > 0) {
        buf_add_string(to, "\r\n");
    }
}

static void
add_part(struct buf *to, const char *type, const char *body)
{
    buf_printf(to,
               "Content-Type: %s; charset=utf-8\r\n"
               "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
               type);
    add_quoted_printable(to, body);
}

void
mail_write(const struct message *message, int64_t date_ms, struct buf *to)
{
    add_headers(to, message, date_ms);
    if (message->html == NULL) {
        add_part(to, "text/plain", message->text);
        return;
    }
    /* The last alternative is the one that readers prefer (RFC 2046). */
    buf_add_string(to, "Content-Type: multipart/alternative;\r\n"
                       " boundary=\"" BOUNDARY "\"\r\n\r\n--" BOUNDARY "\r\n");
    add_part(to, "text/plain", message->text);
    buf_add_string(to, "--" BOUNDARY "\r\n");
    add_part(to, "text/html", message->html);
    buf_add_string(to, "--" BOUNDARY "--\r\n");
}
