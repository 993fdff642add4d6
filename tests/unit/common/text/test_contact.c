/* test_contact -- what may be a phone number or an email address. */
#include "common/text/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* want NULL: refused, and the reason holds why. */
struct row {
    const char *typed, *want, *why;
};

static const struct row phones[] = {
    {"07912 345678", "+447912345678", NULL},
    {"+447912345678", "+447912345678", NULL},
    {"+44 (0)7912 345-678", "+447912345678", NULL},
    {"0044 7912 345678", "+447912345678", NULL},
    {"07624 412345", "+447624412345", NULL}, /* Isle of Man, mobile */
    {"020 7946 0018", NULL, ""},             /* drama, landline */
    {"020 7219 3000", NULL, "landline"},
    {"070 1234 5678", NULL, "070"},
    {"09098 790879", NULL, "premium"},
    {"0800 1111111", NULL, ""},
    {"+33 6 12 34 56 78", NULL, "United Kingdom"},
    {"07912 34567", NULL, ""},
    {"07912 3456789", NULL, ""},
    {"0791FLOWERS", NULL, "not a phone number"},
    {"07912345678 ext 5", NULL, "not a phone number"},
    {"07912345678;+33612345678", NULL, "not a phone number"},
    {"", NULL, "not a phone number"},
    {"+", NULL, "not a phone number"},
    {"0000000000000000000000000000000000000000000", NULL, ""},
    {"07700 900123", NULL, "drama"},
};

#define LRE "\u202a" /* Word's own: left-to-right, and its end */
#define PDF "\u202c"

/* Pasted: what is in it that nobody sees. */
static const struct row pasted_phones[] = {
    {"07700\u00a0900102", "+447700900102", NULL},
    {"07700\u202f900103", "+447700900103", NULL},
    {"07700\u2009900\u2003103", "+447700900103", NULL},
    {"07700\u2011900104", "+447700900104", NULL},
    {"07700\u2013900105", "+447700900105", NULL},
    {"07700\u2212900105", "+447700900105", NULL},
    {"07700\u2014900\u2010105", "+447700900105", NULL},
    {LRE "07700 900106" PDF, "+447700900106", NULL},
    {"\u2066+44 7700 900106\u2069", "+447700900106", NULL},
    {"\u200e07700 900106\u200f", "+447700900106", NULL},
    {"\u200b07700900107", "+447700900107", NULL},
    {"\ufeff07700900108", "+447700900108", NULL},
    {"077\u00ad00\u2060900\u200d108", "+447700900108", NULL},
    {"\uff10\uff17\uff17\uff10\uff10\u3000\uff19\uff10\uff10\uff11\uff10\uff19",
     "+447700900109", NULL},
    {"\uff0b44\uff087700\uff09900109", "+447700900109", NULL},
    {"\u0660\u0667\u0667\u0660\u0660 \u0669\u0660\u0660\u0661\u0661\u0660",
     "+447700900110", NULL},
    {"07700\u00b7900\u2022110", "+447700900110", NULL},
    {"tel:+447700900116", "+447700900116", NULL},
    {"TEL: 07700 900116", "+447700900116", NULL},
    {"tel://+44-7700-900116", "+447700900116", NULL},
    {"sms:+447700900116", "+447700900116", NULL},
    {"\u200btel:07700\u00a0900116\u00a0", "+447700900116", NULL},
    {"07700900117\t", "+447700900117", NULL},
    {"07700900117\n", "+447700900117", NULL},
    {"\r\n 07700900117 \r\n", "+447700900117", NULL},
    {"07700900117\u2028", "+447700900117", NULL},
    {"07700900117\xc2\x85", "+447700900117", NULL},
    {"07700900102 07700900103", NULL, ""},
    {"07700900102 / 07700900103", NULL, ""},
    {"07700900102/07700900103", NULL, ""},
    {"07700900102, 07700900103", NULL, "not a phone number"},
    {"07700900102\n07700900103", NULL, "not a phone number"},
    {"07700900102\u202807700900103", NULL, "not a phone number"},
    {"07700900102\u00a007700900103", NULL, ""},
    {"07700900102 or 103", NULL, "not a phone number"},
    {"7.7009E+09", NULL, "not a phone number"},
    {"\uff17.7009\uff25+09", NULL, "not a phone number"},
    {"7.70090E+09", NULL, "not a phone number"},
    {"tel:", NULL, "not a phone number"},
    {"mailto:07700900116", NULL, "not a phone number"},
    {"\u200b\u00a0", NULL, "not a phone number"},
    {"077009001\u06f20", "+447700900120", NULL},
    {"07700900\x80", NULL, "not a phone number"},
};

static const struct row drama[] = {
    {"07700 900000", "+447700900000", NULL},
    {"07700 900123", "+447700900123", NULL},
    {"07700 900999", "+447700900999", NULL},
    {"07700 901000", NULL, ""},
    {"07912 345678", "+447912345678", NULL},
};

static const struct row emails[] = {
    {"ann@example.org", "ann@example.org", NULL},
    {"  ann@example.org\n", "ann@example.org", NULL},
    {"Ann.B+march@Example.ORG", "Ann.B+march@example.org", NULL},
    {"ann@b\u00fccher.example", "ann@xn--bcher-kva.example", NULL},
    {"ann@stra\u00dfe.example", "ann@xn--strae-oqa.example", NULL},
    {"ann@exa_mple.org", NULL, "after the @"},
    {"ann@example", NULL, "after the @"},
    {"ann@example.123", NULL, "after the @"},
    {"ann@-example.org", NULL, "after the @"},
    {"ann@example-.org", NULL, "after the @"},
    {"ann@example..org", NULL, "after the @"},
    {"ann@.example.org", NULL, "after the @"},
    {"ann@example.org.", NULL, "after the @"},
    {"ann@[127.0.0.1]", NULL, "after the @"},
    {"ann@exam ple.org", NULL, "after the @"},
    {"ann@example.org>", NULL, "after the @"},
    {"ann@example.org\r\nRCPT TO:<b@example.org>", NULL, ""},
    {"ann\r\n@example.org", NULL, "before the @"},
    {"ann b@example.org", NULL, "before the @"},
    {"<ann@example.org", NULL, "before the @"},
    {"\"ann\"@example.org", NULL, "before the @"},
    {"\u00e4nn@example.org", NULL, "before the @"},
    {".ann@example.org", NULL, "before the @"},
    {"ann.@example.org", NULL, "before the @"},
    {"a..n@example.org", NULL, "before the @"},
    {"a@b@example.org", NULL, "before the @"},
    {"@example.org", NULL, "before the @"},
    {"ann", NULL, "has an @"},
    {"", NULL, "has an @"},
    {"12345678901234567890123456789012345678901234567890123456789012345"
     "@example.org",
     NULL, "before the @"},
};

static const struct row pasted_emails[] = {
    {"amy4@example.org\u00a0", "amy4@example.org", NULL},
    {"\u200bamy5@example.org", "amy5@example.org", NULL},
    {"\ufeffamy6@example.org", "amy6@example.org", NULL},
    {"amy\u200c6@exam\u00adple.org", "amy6@example.org", NULL},
    {LRE "amy6@example.org" PDF, "amy6@example.org", NULL},
    {"o\u2019brien@example.org", "o'brien@example.org", NULL},
    {"o\u2018brien@example.org", "o'brien@example.org", NULL},
    {"o\u02bcbrien@example.org", "o'brien@example.org", NULL},
    {"o\uff07brien@example.org", "o'brien@example.org", NULL},
    {"mailto:amy9@example.org", "amy9@example.org", NULL},
    {"MAILTO:amy9@example.org", "amy9@example.org", NULL},
    {"mailto: amy9@example.org?subject=Hello", "amy9@example.org", NULL},
    {"amy\u2011jones@ex\u2010ample.org", "amy-jones@ex-ample.org", NULL},
    {"amy\u2013jones@example.org", "amy-jones@example.org", NULL},
    {"\uff41\uff4d\uff59@\uff45xample\uff0eorg", "amy@example.org", NULL},
    {"amy\uff20example.org", "amy@example.org", NULL},
    {"amy@example.org\r\n", "amy@example.org", NULL},
    {"\u2028amy@example.org\u2029", "amy@example.org", NULL},
    {"amy\u00a0jones@example.org", NULL, "before the @"},
    {"amy@exam\u00a0ple.org", NULL, "after the @"},
    {"amy@example.org\u00a0bob@example.org", NULL, ""},
    {"amy@example.org\nbob@example.org", NULL, ""},
    {"amy@example.org?subject=Hello", NULL, "after the @"},
    {"tel:amy@example.org", NULL, "before the @"},
    {"amy\u0663@example.org", NULL, "before the @"},
    {"\u200b", NULL, "has an @"},
};

static void
check(const struct row *row, enum err err, const char *got, const char *why)
{
    if (row->want != NULL) {
        if (err != ERR_NONE || strcmp(got, row->want) != 0) {
            fail_msg("\"%s\": got \"%s\" (%s), want \"%s\"", row->typed, got,
                     why == NULL ? "" : why, row->want);
        }
    } else if (err != ERR_BAD_REQUEST || why == NULL ||
               strstr(why, row->why) == NULL) {
        fail_msg("\"%s\": got \"%s\" (%s), want a refusal with \"%s\"",
                 row->typed, got, why == NULL ? "" : why, row->why);
    }
}

static void
check_phones(const struct row *row, size_t count, bool allows_drama)
{
    for (size_t i = 0; i < count; i++, row++) {
        char got[PHONE_TEXT_SIZE] = "";
        const char *why = NULL;
        enum err err = contact_phone(row->typed, allows_drama, got, &why);
        check(row, err, got, why);
    }
}

static void
a_phone_number_is_a_british_mobile_in_e164(void **state)
{
    (void)state;
    check_phones(phones, sizeof(phones) / sizeof(phones[0]), false);
}

static void
drama_numbers_pass_only_where_they_are_allowed(void **state)
{
    (void)state;
    check_phones(drama, sizeof(drama) / sizeof(drama[0]), true);
}

static void
what_is_pasted_with_a_number_is_passed_over(void **state)
{
    (void)state;
    check_phones(pasted_phones,
                 sizeof(pasted_phones) / sizeof(pasted_phones[0]), true);
}

static void
check_emails(const struct row *row, size_t count)
{
    for (size_t i = 0; i < count; i++, row++) {
        char got[EMAIL_TEXT_SIZE] = "";
        const char *why = NULL;
        enum err err = contact_email(row->typed, got, &why);
        check(row, err, got, why);
    }
}

static void
an_email_address_is_a_dot_atom_at_a_host_name(void **state)
{
    (void)state;
    check_emails(emails, sizeof(emails) / sizeof(emails[0]));
}

static void
what_is_pasted_with_an_address_is_passed_over(void **state)
{
    (void)state;
    check_emails(pasted_emails,
                 sizeof(pasted_emails) / sizeof(pasted_emails[0]));
}

static void
an_email_address_has_at_most_254_bytes(void **state)
{
    (void)state;
    char typed[400], got[EMAIL_TEXT_SIZE];
    const char *why = NULL;
    const char label[] =
        ".abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghi";
    (void)snprintf(typed, sizeof(typed), "a@b%s%s%s%s.uk", label, label, label,
                   label);
    typed[0] = 'a';
    assert_true(strlen(typed) < EMAIL_TEXT_SIZE);
    assert_int_equal(contact_email(typed, got, &why), ERR_NONE);
    (void)snprintf(typed, sizeof(typed), "a@b%s%s%s%s%s.uk", label, label,
                   label, label, label);
    assert_int_equal(contact_email(typed, got, &why), ERR_BAD_REQUEST);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_phone_number_is_a_british_mobile_in_e164),
        cmocka_unit_test(drama_numbers_pass_only_where_they_are_allowed),
        cmocka_unit_test(what_is_pasted_with_a_number_is_passed_over),
        cmocka_unit_test(an_email_address_is_a_dot_atom_at_a_host_name),
        cmocka_unit_test(what_is_pasted_with_an_address_is_passed_over),
        cmocka_unit_test(an_email_address_has_at_most_254_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
