/* test_rules -- who may be sent what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "services/signup/people/rules.h"

#define CAMPAIGN WORDS__CLASS__CLASS_CAMPAIGN
#define SERVICE WORDS__CLASS__CLASS_SERVICE
#define SAFETY WORDS__CLASS__CLASS_SAFETY
#define CONTACT FLAG_SMS_CONTACT
#define GIVEN FLAG_SMS_GIVEN
#define GONE FLAG_SMS_SUPPRESSED
#define STOP FLAG_SMS_WITHDRAWN

static void
each_class_has_its_rule(void **state)
{
    (void)state;
    const struct {
        Words__Class class_;
        uint8_t flags;
        bool has_place;
        Words__Rule want;
    } rows[] = {
        {CAMPAIGN, CONTACT | GIVEN, false, WORDS__RULE__RULE_NONE},
        {CAMPAIGN, CONTACT, true, WORDS__RULE__RULE_NO_CONSENT},
        {CAMPAIGN, GIVEN, true, WORDS__RULE__RULE_NO_CONTACT},
        {CAMPAIGN, CONTACT | GIVEN | STOP, true, WORDS__RULE__RULE_WITHDRAWN},
        {CAMPAIGN, CONTACT | GIVEN | GONE, true, WORDS__RULE__RULE_SUPPRESSED},
        {CAMPAIGN, CONTACT | FLAG_EMAIL_GIVEN, true,
         WORDS__RULE__RULE_NO_CONSENT},
        {SERVICE, CONTACT, true, WORDS__RULE__RULE_NONE},
        {SERVICE, CONTACT | GIVEN, false, WORDS__RULE__RULE_NOT_SIGNED_UP},
        {SERVICE, CONTACT | STOP, true, WORDS__RULE__RULE_WITHDRAWN},
        {SERVICE, CONTACT | GONE, true, WORDS__RULE__RULE_SUPPRESSED},
        {SERVICE, FLAG_EMAIL_CONTACT, true, WORDS__RULE__RULE_NO_CONTACT},
        {SAFETY, CONTACT, true, WORDS__RULE__RULE_NONE},
        {SAFETY, CONTACT | STOP, true, WORDS__RULE__RULE_NONE},
        {SAFETY, CONTACT, false, WORDS__RULE__RULE_NOT_SIGNED_UP},
        {SAFETY, CONTACT | GONE, true, WORDS__RULE__RULE_SUPPRESSED},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        Words__Rule got =
            rules_apply(rows[i].class_, 0, rows[i].flags, rows[i].has_place);
        if (got != rows[i].want) {
            fail_msg("row %zu: got rule %d, want %d", i, got, rows[i].want);
        }
    }
}

/* Email's flags are SMS's, one bit on: the rules must be the same. */
static void
email_has_the_same_rules_as_sms(void **state)
{
    (void)state;
    for (unsigned flags = 0; flags < 256; flags++) {
        if ((flags & 0xaa) != 0) {
            continue; /* SMS's flags alone */
        }
        for (int c = 1; c <= 3; c++) {
            for (int place = 0; place < 2; place++) {
                assert_int_equal(
                    rules_apply((Words__Class)c, 0, (uint8_t)flags, place == 1),
                    rules_apply((Words__Class)c, 1, (uint8_t)(flags << 1),
                                place == 1));
            }
        }
    }
}

static void
the_table_says_what_the_rules_say(void **state)
{
    (void)state;
    for (int c = 1; c <= 3; c++) {
        for (int channel = 0; channel < 2; channel++) {
            struct rules_table table;
            rules_fill((Words__Class)c, channel, &table);
            for (unsigned i = 0; i < 512; i++) {
                assert_int_equal(table.rule[i / 256][i % 256],
                                 rules_apply((Words__Class)c, channel,
                                             (uint8_t)(i % 256), i >= 256));
            }
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_class_has_its_rule),
        cmocka_unit_test(email_has_the_same_rules_as_sms),
        cmocka_unit_test(the_table_says_what_the_rules_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
