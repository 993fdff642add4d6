/* test_mail -- one message, byte for byte. */
#include "services/courier/message/mail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* 23 November 2026, 08:15:00 UTC, a Monday. */
#define DATE_MS 1795421700000

static const struct message plain = {
    .channel = WORDS__CHANNEL__CHANNEL_EMAIL,
    .campaign = "rally",
    .ref = "rally.b1.9.e.AAAAAAAAAAA",
    .to = "ann@example.org",
    .from = "us@rally.example",
    .from_name = "The \"Rally\"",
    .subject = "See you",
    .text = "Dear Ann,\n\ncome = march.\n",
};

static char *
write_mail(const struct message *message)
{
    struct buf to;
    buf_init(&to, 0);
    mail_write(message, DATE_MS, &to);
    return buf_take(&to, NULL);
}

static void
assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("got:\n%s\nwant in it:\n%s", text, part);
    }
}

static void
a_plain_mail_is_these_bytes(void **state)
{
    char *got = write_mail(&plain);
    (void)state;
    assert_string_equal(
        got, "From: \"The \\\"Rally\\\"\"\r\n <us@rally.example>\r\n"
             "To: <ann@example.org>\r\n"
             "Subject: See you\r\n"
             "Date: Mon, 23 Nov 2026 08:15:00 +0000\r\n"
             "Message-ID: <rally.b1.9.e.AAAAAAAAAAA@rally.example>\r\n"
             "Auto-Submitted: auto-generated\r\n"
             "MIME-Version: 1.0\r\n"
             "Content-Type: text/plain; charset=utf-8\r\n"
             "Content-Transfer-Encoding: quoted-printable\r\n"
             "\r\n"
             "Dear Ann,\r\n\r\ncome =3D march.\r\n");
    free(got);
}

static void
html_stands_beside_the_text_and_after_it(void **state)
{
    struct message message = plain;
    (void)state;
    message.html = "<p>Ann</p>";
    message.unsubscribe_url = "https://x/u/T";
    char *got = write_mail(&message);
    assert_has(got, "List-Unsubscribe: <https://x/u/T>\r\n"
                    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
    assert_has(got, "Content-Type: multipart/alternative;\r\n"
                    " boundary=\"=_muster_part\"\r\n\r\n--=_muster_part\r\n"
                    "Content-Type: text/plain; charset=utf-8\r\n");
    assert_has(got, "--=_muster_part\r\nContent-Type: text/html; "
                    "charset=utf-8\r\nContent-Transfer-Encoding: "
                    "quoted-printable\r\n\r\n<p>Ann</p>\r\n"
                    "--=_muster_part--\r\n");
    free(got);
}

static void
a_body_cannot_forge_the_boundary(void **state)
{
    struct message message = plain;
    (void)state;
    message.text = "--=_muster_part--\n.\n";
    message.html = "x";
    char *got = write_mail(&message);
    assert_has(got, "\r\n--=3D_muster_part--\r\n.\r\n--=_muster_part\r\n");
    free(got);
}

static const struct row {
    const char *subject, *want;
} subjects[] = {
    {"D\xc5\xb5r", "Subject: =?UTF-8?Q?D=C5=B5r?=\r\n"},
    {"=?x", "Subject: =?UTF-8?Q?=3D=3Fx?=\r\n"},
    {"", "Subject: \r\n"},
    /* no word is longer than 75, no character cut */
    {"\xc5\xb5\xc5\xb5\xc5\xb5\xc5\xb5\xc5\xb5\xc5\xb5\xc5\xb5\xc5\xb5\xc5\xb5"
     "\xc5\xb5\xc5\xb5",
     "Subject: "
     "=?UTF-8?Q?=C5=B5=C5=B5=C5=B5=C5=B5=C5=B5=C5=B5=C5=B5=C5=B5=C5=B5?="
     "\r\n =?UTF-8?Q?=C5=B5=C5=B5?=\r\n"},
    /* folded at a space before 77 characters */
    {"The march begins at Old Palace Yard in Westminster at eleven, and then "
     "we walk",
     "Subject: The march begins at Old Palace Yard in Westminster at eleven, "
     "and\r\n then we walk\r\n"},
};

static void
each_subject_is_encoded_and_folded(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
        struct message message = plain;
        message.subject = subjects[i].subject;
        char *got = write_mail(&message);
        assert_has(got, subjects[i].want);
        free(got);
    }
}

static const struct row bodies[] = {
    {"a \nb\t\n", "\r\n\r\na=20\r\nb=09\r\n"},
    {"a\r\nb", "\r\n\r\na\r\nb\r\n"},
    {"\xc5\xb5", "\r\n\r\n=C5=B5\r\n"},
    {"", "\r\n\r\n"},
    {"a\rb\x01", "\r\n\r\na=0Db=01\r\n"},
    {"123456789012345678901234567890123456789012345678901234567890123456789012"
     "3456",
     "\r\n\r\n12345678901234567890123456789012345678901234567890123456789012345"
     "6789012345=\r\n6\r\n"},
};

static void
each_body_is_quoted_printable(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct message message = plain;
        message.text = bodies[i].subject;
        char *got = write_mail(&message);
        size_t len = strlen(got), want = strlen(bodies[i].want);
        assert_true(len >= want);
        assert_string_equal(got + len - want, bodies[i].want);
        free(got);
    }
}

static void
no_line_is_longer_than_76(void **state)
{
    char text[4000];
    (void)state;
    for (size_t i = 0; i < sizeof(text) - 1; i++) {
        text[i] = i % 7 == 0 ? ' ' : i % 11 == 0 ? '\xc3' : 'x';
    }
    text[sizeof(text) - 1] = '\0';
    struct message message = plain;
    message.subject = message.text = message.html = message.from_name = text;
    char *got = write_mail(&message);
    for (const char *line = got; *line != '\0';) {
        size_t len = strcspn(line, "\r\n");
        assert_true(len <= 76);
        assert_memory_equal(line + len, "\r\n", 2);
        line += len + 2;
    }
    free(got);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_mail_is_these_bytes),
        cmocka_unit_test(html_stands_beside_the_text_and_after_it),
        cmocka_unit_test(a_body_cannot_forge_the_boundary),
        cmocka_unit_test(each_subject_is_encoded_and_folded),
        cmocka_unit_test(each_body_is_quoted_printable),
        cmocka_unit_test(no_line_is_longer_than_76),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
