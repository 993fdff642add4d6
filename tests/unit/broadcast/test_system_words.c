/* test_system_words -- what the system sends by itself says what it must. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "broadcast_rows.h"
#include "common/crypto/crypto.h"
#include "common/text/text.h"
#include "services/broadcast/draft/system.h"

static const struct template_field fields[] = {
    {"campaign", "Providers Unite"},
    {"first_name", "Bernadette"},
    {"actions", "Rally at Westminster, Tue 25 Feb, 11:00"},
    {"confirm_url", "https://muster.example.org/y/0123456789abcdefghijkl"},
    {"not_me_url",
     "https://muster.example.org/y/0123456789abcdefghijkl?not-me"},
    {"ticket_url", "https://muster.example.org/y/0123456789abcdefghijkl"},
};

static char *
merge(const char *text)
{
    struct template_fields all = {fields, sizeof(fields) / sizeof(*fields)};
    struct buf to;
    char *why = NULL;
    size_t len;
    buf_init(&to, 0);
    enum err err = template_merge(text, TEMPLATE_TEXT, &all, &to, &why);
    if (err != ERR_NONE) {
        fail_msg("%s", why);
    }
    (void)buf_string(&to);
    return buf_take(&to, &len);
}

static void
the_built_in_words_merge_and_say_it_all(void **state)
{
    Broadcast__Content content;
    (void)state;
    system_fill_confirmation(NULL, &content);
    char *sms = merge(content.sms_text);
    char *subject = merge(content.email_subject);
    char *email = merge(content.email_text);
    struct gsm_count size = gsm_count(sms);
    assert_false(size.is_ucs2);
    assert_in_range(size.parts, 1, 2);
    for (int i = 0; i < 2; i++) {
        const char *text = i == 0 ? sms : email;
        assert_non_null(strstr(text, "Yes, that's me"));
        assert_non_null(strstr(text, "Not me"));
        assert_non_null(strstr(text, "icket"));
        assert_non_null(strstr(text, "/y/"));
    }
    assert_non_null(strstr(email, "?not-me"));
    assert_non_null(strstr(email, "30 minutes"));
    assert_null(strchr(subject, '\n'));
    free(sms);
    free(subject);
    free(email);
}

static void
a_campaigns_own_words_stand_one_by_one(void **state)
{
    Signup__Campaign campaign = SIGNUP__CAMPAIGN__INIT;
    Broadcast__Content built_in, own;
    (void)state;
    system_fill_confirmation(NULL, &built_in);
    campaign.confirmation_sms = "Mine: {{confirm_url}}";
    campaign.confirmation_email = "";
    system_fill_confirmation(&campaign, &own);
    assert_string_equal(own.sms_text, campaign.confirmation_sms);
    assert_string_equal(own.email_subject, built_in.email_subject);
    assert_string_equal(own.email_text, built_in.email_text);
    assert_int_equal(own.class_, WORDS__CLASS__CLASS_CONFIRMATION);
}

static void
the_hash_changes_with_the_words_alone(void **state)
{
    Signup__Campaign campaign = SIGNUP__CAMPAIGN__INIT;
    char built_in[CONTENT_HASH_SIZE], same[CONTENT_HASH_SIZE],
        own[CONTENT_HASH_SIZE];
    struct buf packed;
    (void)state;
    buf_init(&packed, 0);
    system_pack_confirmation(NULL, &packed, built_in);
    campaign.name = "The March";
    system_pack_confirmation(&campaign, &packed, same);
    campaign.confirmation_subject = "Is it you?";
    system_pack_confirmation(&campaign, &packed, own);
    assert_string_equal(built_in, same);
    assert_string_not_equal(built_in, own);
    buf_fini(&packed);
}

static void
a_days_notes_bear_its_date_and_end(void **state)
{
    enum { DAY = 20784 }; /* 27 November 2026 */
    struct buf made;
    struct system_made_row row;
    (void)state;
    buf_init(&made, 0);
    system_add_notes(DAY, &made);
    struct bytes rest = bytes_of(made.data, made.len);
    assert_true(system_made_row_read(&rest, &row));
    assert_int_equal(rest.len, 0);
    assert_int_equal(row.day, DAY);
    assert_int_equal(row.class_, WORDS__CLASS__CLASS_NOTE);
    assert_true(row.expires == (uint64_t)(DAY + 4) * SYSTEM_DAY_MS);
    Broadcast__Content *content =
        wire_unpack(&broadcast__content__descriptor, row.content.data,
                    row.content.len, 65536);
    assert_non_null(content);
    assert_string_equal(content->name, "Codes and notices of 27 Nov 2026");
    assert_true(content->is_system);
    wire_free(content);
    buf_fini(&made);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_built_in_words_merge_and_say_it_all),
        cmocka_unit_test(a_campaigns_own_words_stand_one_by_one),
        cmocka_unit_test(the_hash_changes_with_the_words_alone),
        cmocka_unit_test(a_days_notes_bear_its_date_and_end),
    };
    crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
