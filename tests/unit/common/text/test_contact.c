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
an_email_address_is_a_dot_atom_at_a_host_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(emails) / sizeof(emails[0]); i++) {
        char got[EMAIL_TEXT_SIZE] = "";
        const char *why = NULL;
        enum err err = contact_email(emails[i].typed, got, &why);
        check(&emails[i], err, got, why);
    }
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
        cmocka_unit_test(an_email_address_is_a_dot_atom_at_a_host_name),
        cmocka_unit_test(an_email_address_has_at_most_254_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
