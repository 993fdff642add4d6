/* test_rules -- who may be sent what, and that the pages and the README say
 * the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/client/reach.h"
#include "services/signup/people/rules.h"
#include "tests/support/process/process.h"

#define CAMPAIGN WORDS__CLASS__CLASS_CAMPAIGN
#define SERVICE WORDS__CLASS__CLASS_SERVICE
#define SAFETY WORDS__CLASS__CLASS_SAFETY
#define CONFIRMATION WORDS__CLASS__CLASS_CONFIRMATION
#define CONTACT FLAG_SMS_CONTACT
#define GIVEN FLAG_SMS_GIVEN
#define DEAD FLAG_SMS_SUPPRESSED
#define NEWS_OFF FLAG_SMS_WITHDRAWN
#define STOP FLAG_SMS_STOP
#define OFF FLAG_SMS_SERVICE_OFF
#define VOUCHED FLAG_VOUCHED
#define RULE(name) WORDS__RULE__RULE_##name
#define CHANNELS 2
#define FLAGS 65536 /* the rules go by two bytes of them */

static void
each_class_has_its_rule(void **state)
{
    (void)state;
    const struct {
        Words__Class class_;
        uint32_t flags;
        bool has_place;
        Words__Rule want;
    } rows[] = {
        {CAMPAIGN, CONTACT | GIVEN | VOUCHED, false, RULE(NONE)},
        {CAMPAIGN, CONTACT | GIVEN | FLAG_SMS_PROVED, false, RULE(NONE)},
        {CAMPAIGN, CONTACT | VOUCHED, true, RULE(NO_CONSENT)},
        {CAMPAIGN, GIVEN | VOUCHED, true, RULE(NO_CONTACT)},
        {CAMPAIGN, CONTACT | GIVEN | NEWS_OFF | VOUCHED, true, RULE(WITHDRAWN)},
        {CAMPAIGN, CONTACT | GIVEN | STOP | VOUCHED, true, RULE(WITHDRAWN)},
        {CAMPAIGN, CONTACT | GIVEN | OFF | VOUCHED, true, RULE(NONE)},
        {CAMPAIGN, CONTACT | GIVEN | DEAD | VOUCHED, true, RULE(SUPPRESSED)},
        {CAMPAIGN, CONTACT | GIVEN | FLAG_GONE | VOUCHED, true, RULE(GONE)},
        {CAMPAIGN, CONTACT | FLAG_EMAIL_GIVEN | VOUCHED, true,
         RULE(NO_CONSENT)},
        {SERVICE, CONTACT, true, RULE(NONE)},
        {SERVICE, CONTACT | GIVEN, false, RULE(NOT_SIGNED_UP)},
        {SERVICE, CONTACT | NEWS_OFF, true, RULE(NONE)},
        {SERVICE, CONTACT | OFF, true, RULE(SWITCHED_OFF)},
        {SERVICE, CONTACT | STOP, true, RULE(WITHDRAWN)},
        {SERVICE, CONTACT | DEAD, true, RULE(SUPPRESSED)},
        {SERVICE, CONTACT | FLAG_NOT_ME, true, RULE(NOT_ME)},
        {SERVICE, CONTACT | FLAG_GONE, true, RULE(GONE)},
        {SERVICE, FLAG_EMAIL_CONTACT, true, RULE(NO_CONTACT)},
        {SAFETY, CONTACT, true, RULE(NONE)},
        {SAFETY, CONTACT | STOP | OFF | NEWS_OFF, true, RULE(NONE)},
        {SAFETY, CONTACT, false, RULE(NOT_SIGNED_UP)},
        {SAFETY, CONTACT | DEAD, true, RULE(SUPPRESSED)},
        {SAFETY, CONTACT | FLAG_NOT_ME, true, RULE(NOT_ME)},
        {CONFIRMATION, CONTACT, false, RULE(NONE)},
        {CONFIRMATION, CONTACT | STOP | OFF | NEWS_OFF, false, RULE(NONE)},
        {CONFIRMATION, CONTACT | FLAG_NOT_ME, true, RULE(NOT_ME)},
        {CONFIRMATION, 0, true, RULE(NO_CONTACT)},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        Words__Rule got =
            rules_apply(rows[i].class_, 0, rows[i].flags, rows[i].has_place);
        if (got != rows[i].want) {
            fail_msg("row %zu: got rule %d, want %d", i, got, rows[i].want);
        }
    }
}

static void
stop_by_text_says_nothing_of_mail(void **state)
{
    (void)state;
    const uint32_t flags =
        FLAG_EMAIL_CONTACT | FLAG_EMAIL_GIVEN | VOUCHED | STOP;
    assert_int_equal(rules_apply(CAMPAIGN, 1, flags, true), RULE(NONE));
    assert_int_equal(rules_apply(SERVICE, 1, flags, true), RULE(NONE));
}

/* Email's flags are SMS's, one bit on: the rules must be the same. */
static void
email_has_the_same_rules_as_sms_but_for_stop(void **state)
{
    (void)state;
    const uint32_t both = VOUCHED | FLAG_GONE | FLAG_NOT_ME,
                   sms = CONTACT | GIVEN | NEWS_OFF | DEAD | FLAG_SMS_PROVED |
                         OFF;
    for (uint32_t flags = 0; flags < FLAGS; flags++) {
        if ((flags & ~(both | sms)) != 0) {
            continue;
        }
        uint32_t moved = (flags & both) | (flags & sms) << 1;
        for (int c = 1; c <= 4; c++) {
            for (int place = 0; place < 2; place++) {
                assert_int_equal(
                    rules_apply((Words__Class)c, 0, flags, place == 1),
                    rules_apply((Words__Class)c, 1, moved, place == 1));
            }
        }
    }
}

static void
the_table_says_what_the_rules_say(void **state)
{
    (void)state;
    for (int c = 1; c <= 4; c++) {
        for (int channel = 0; channel < CHANNELS; channel++) {
            struct rules_table table;
            rules_fill((Words__Class)c, channel, &table);
            for (uint32_t i = 0; i < FLAGS * 2; i++) {
                uint32_t flags = i % FLAGS;
                unsigned key = table.low[flags & 0xff] |
                               table.high[flags >> 8] |
                               (i >= FLAGS ? table.place : 0);
                assert_int_equal(
                    table.rule[key],
                    rules_apply((Words__Class)c, channel, flags, i >= FLAGS));
            }
        }
    }
}

/* ---- the pages' sentences ---- */

/* Of somebody who gets everything: what is left when one thing is said. */
#define ALL_CONTACTS (FLAG_SMS_CONTACT | FLAG_EMAIL_CONTACT)
#define ALL_GIVEN (FLAG_SMS_GIVEN | FLAG_EMAIL_GIVEN)
#define EVERYTHING (ALL_CONTACTS | ALL_GIVEN | VOUCHED)

static uint32_t
switch_of(Words__Class class_, int channel)
{
    return class_ == CAMPAIGN  ? FLAG_WITHDRAWN(channel)
           : class_ == SERVICE ? FLAG_SERVICE_OFF(channel)
                               : 0;
}

/* "We do not", "We send you no": a sentence that says that nothing comes. */
static bool
says_no(const char *sentence)
{
    return strstr(sentence, " not text") != NULL ||
           strstr(sentence, " not mail") != NULL ||
           strstr(sentence, " no news") != NULL ||
           strstr(sentence, " not even a safety") != NULL ||
           strstr(sentence, " no sign-up can") != NULL;
}

static void
check_sentence(const struct reach_row *row, int channel, unsigned facts)
{
    const struct reach_state s = {.is_off = (facts & 1) != 0,
                                  .has_stop = (facts & 2) != 0};
    const char *got = reach_sentence(row, (Words__Channel)(channel + 1), &s);
    uint32_t flags = EVERYTHING |
                     (s.is_off ? switch_of(row->class_, channel) : 0) |
                     (s.has_stop ? STOP : 0);
    bool is_sent = rules_apply(row->class_, channel, flags, true) == RULE(NONE);
    if (is_sent == says_no(got)) {
        fail_msg("%s, channel %d, facts %u: sent %d, but the page says \"%s\"",
                 row->name, channel, facts, is_sent, got);
    }
}

static void
the_pages_say_what_the_rules_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < reach_row_count; i++) {
        const struct reach_row *row = &reach_rows[i];
        assert_ptr_equal(reach_find(row->class_), row);
        assert_int_equal(row->switch_ != NULL, switch_of(row->class_, 0) != 0);
        assert_int_equal(row->ends_with_stop,
                         rules_apply(row->class_, 0, EVERYTHING | STOP, true) !=
                             RULE(NONE));
        for (unsigned facts = 0; facts < 8; facts++) {
            check_sentence(row, (int)(facts >> 2), facts & 3);
        }
    }
    assert_null(reach_find(WORDS__CLASS__CLASS_NOTE));
}

static void
a_providers_own_list_stops_every_text(void **state)
{
    (void)state;
    const struct reach_state s = {.has_stop = true, .provider_stops = true};
    for (size_t i = 0; i < reach_row_count; i++) {
        const struct reach_row *row = &reach_rows[i];
        assert_true(
            says_no(reach_sentence(row, WORDS__CHANNEL__CHANNEL_SMS, &s)));
        assert_string_equal(
            reach_sentence(row, WORDS__CHANNEL__CHANNEL_EMAIL, &s), row->on[1]);
    }
    assert_true(says_no(reach_note_of_stop(true)));
    assert_false(says_no(reach_note_of_stop(false)));
}

/* ---- the README's table ---- */

static const char *
name_of(Words__Rule rule)
{
    return rule == RULE(NONE)           ? "sent"
           : rule == RULE(WITHDRAWN)    ? "withdrawn"
           : rule == RULE(SWITCHED_OFF) ? "switched_off"
                                        : "?";
}

/* The row of a class as the rules and the sentences have it. */
static char *
row_of(const struct reach_row *row)
{
    Words__Class c = row->class_;
    const uint32_t off = switch_of(c, 0), stop = EVERYTHING | STOP;
    return mem_format("\n| %s | %s | %s | %s | %s | %s |\n", row->name,
                      row->switch_ == NULL ? "none" : row->switch_,
                      name_of(rules_apply(c, 0, EVERYTHING, true)),
                      name_of(rules_apply(c, 0, EVERYTHING | off, true)),
                      name_of(rules_apply(c, 0, stop, true)),
                      name_of(rules_apply(c, 1, stop, true)));
}

static void
the_readme_has_the_rules(void **state)
{
    (void)state;
    char *path = mem_format("%s/README.md", getenv("MUSTER_SOURCE"));
    char *text = file_read(path, NULL);
    for (size_t i = 0; i < reach_row_count; i++) {
        char *row = row_of(&reach_rows[i]);
        if (strstr(text, row) == NULL) {
            fail_msg("README.md, \"Who is sent what\", lacks the row:%s", row);
        }
        free(row);
    }
    free(text);
    free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_class_has_its_rule),
        cmocka_unit_test(stop_by_text_says_nothing_of_mail),
        cmocka_unit_test(email_has_the_same_rules_as_sms_but_for_stop),
        cmocka_unit_test(the_table_says_what_the_rules_say),
        cmocka_unit_test(the_pages_say_what_the_rules_do),
        cmocka_unit_test(a_providers_own_list_stops_every_text),
        cmocka_unit_test(the_readme_has_the_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
