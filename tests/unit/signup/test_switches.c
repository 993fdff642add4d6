/* test_switches -- what one person turns on and off, from their flags. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "services/signup/people/rules.h"
#include "services/signup/people/switches.h"

static const struct {
    const char *what;
    uint32_t flags;
    size_t count;
    bool news_on, news_withdrawn, mine_on;
} rows[] = {
    {"nothing to write to", FLAG_EMAIL_GIVEN | FLAG_SMS_STOP, 0, 0, 0, 0},
    {"never asked", FLAG_SMS_CONTACT, 2, false, false, true},
    {"given", FLAG_SMS_CONTACT | FLAG_SMS_GIVEN, 2, true, false, true},
    {"given, and no since",
     FLAG_SMS_CONTACT | FLAG_SMS_GIVEN | FLAG_SMS_WITHDRAWN, 2, false, true,
     true},
    {"places off", FLAG_SMS_CONTACT | FLAG_SMS_GIVEN | FLAG_SMS_SERVICE_OFF, 2,
     true, false, false},
    {"both channels", FLAG_SMS_CONTACT | FLAG_EMAIL_CONTACT, 4, false, false,
     true},
};

static void
switches_are_those_of_the_channels_that_may_be_used(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct person_switches s;
        switches_fill(rows[i].flags, &s);
        if (s.count != rows[i].count) {
            fail_msg("%s: %zu switches", rows[i].what, s.count);
        }
        if (s.count == 0) {
            continue;
        }
        const Signup__Switch *news = s.list[0], *mine = s.list[1];
        assert_int_equal(news->purpose, WORDS__CLASS__CLASS_CAMPAIGN);
        assert_int_equal(mine->purpose, WORDS__CLASS__CLASS_SERVICE);
        if (news->is_on != rows[i].news_on ||
            news->is_withdrawn != rows[i].news_withdrawn ||
            mine->is_on != rows[i].mine_on ||
            mine->is_withdrawn == rows[i].mine_on) {
            fail_msg("%s", rows[i].what);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(switches_are_those_of_the_channels_that_may_be_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
