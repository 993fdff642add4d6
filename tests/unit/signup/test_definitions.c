/* test_definitions -- whether a campaign or an action may be put so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "services/signup/definitions/check.h"

static char *roles[40];
static char role_names[40][8];

static Signup__Campaign
campaign(void)
{
    Signup__Campaign c = SIGNUP__CAMPAIGN__INIT;
    c.id = "care";
    c.name = "Care";
    for (int i = 0; i < 40; i++) {
        role_names[i][0] = 'r';
        role_names[i][1] = (char)('0' + i / 10);
        role_names[i][2] = (char)('0' + i % 10);
        roles[i] = role_names[i];
    }
    c.roles = roles;
    c.n_roles = 3;
    return c;
}

static Signup__Action
action(void)
{
    Signup__Action a = SIGNUP__ACTION__INIT;
    a.id = "rally";
    a.name = "Rally";
    a.kind = WORDS__ACTION_KIND__KIND_RALLY;
    a.starts_at_ms = 1000;
    a.ends_at_ms = 2000;
    return a;
}

static void
a_plain_campaign_and_action_are_fine(void **state)
{
    (void)state;
    Signup__Campaign c = campaign();
    Signup__Action a = action();
    assert_null(definition_check_campaign(&c).detail);
    assert_null(definition_check_action(&a).detail);
    c.sms_sender = "Care UK-24";
    c.email_from = "team@example.org";
    c.summary = "Two\nlines.";
    assert_null(definition_check_campaign(&c).detail);
}

#define EXPECT(fault, part)                                                    \
    do {                                                                       \
        const char *got_ = (fault).detail;                                     \
        if (got_ == NULL || strstr(got_, part) == NULL) {                      \
            fail_msg("%s: got %s", part, got_ == NULL ? "fine" : got_);        \
        }                                                                      \
    } while (0)

static void
what_is_wrong_with_a_campaign_is_said(void **state)
{
    (void)state;
    Signup__Campaign c = campaign();
    c.id = "Care";
    EXPECT(definition_check_campaign(&c), "id is 1 to 40");
    c.id = "muster";
    EXPECT(definition_check_campaign(&c), "not muster");
    c = campaign();
    c.name = "";
    EXPECT(definition_check_campaign(&c), "needs a name");
    c.name = "A\nB";
    EXPECT(definition_check_campaign(&c), "name is one line");
    c = campaign();
    c.n_roles = 33;
    EXPECT(definition_check_campaign(&c), "at most 32");
    c.n_roles = 3;
    roles[2] = roles[0];
    EXPECT(definition_check_campaign(&c), "different");
    c = campaign();
    c.sms_sender = "TwelveLetter";
    EXPECT(definition_check_campaign(&c), "at most 11");
    c = campaign();
    c.email_from = "nobody";
    EXPECT(definition_check_campaign(&c), "email_from");
}

/* The link is what it is for: "Yes", the ticket, "Not me". */
static void
a_confirmation_has_its_link_and_a_way_out(void **state)
{
    static char long_text[500];
    (void)state;
    Signup__Campaign c = campaign();
    c.confirmation_sms = "{{first_name}}: {{ confirm_url }}";
    c.confirmation_subject = "You and {{campaign}}";
    c.confirmation_email = "{{actions}} {{confirm_url}} {{not_me_url}}";
    assert_null(definition_check_campaign(&c).detail);
    c.confirmation_sms = "{{ticket_url}}"; /* is the same page */
    assert_null(definition_check_campaign(&c).detail);
    c.confirmation_sms = ""; /* Muster's */
    assert_null(definition_check_campaign(&c).detail);
    c.confirmation_sms = "Welcome confirm_url {{confirm_url";
    EXPECT(definition_check_campaign(&c), "confirmation_sms");
    c.confirmation_sms = "Welcome";
    EXPECT(definition_check_campaign(&c), "needs {{confirm_url}}");
    assert_string_equal(definition_check_campaign(&c).field,
                        "confirmation_sms");
    c.confirmation_sms = "{{confirm_url}} {{ticket_code}}";
    EXPECT(definition_check_campaign(&c), "of fields");
    memset(long_text, 'a', sizeof(long_text) - 1);
    memcpy(long_text, "{{confirm_url}}", 15);
    c.confirmation_sms = long_text;
    EXPECT(definition_check_campaign(&c), "480");
    c = campaign();
    c.confirmation_subject = "A\nB";
    EXPECT(definition_check_campaign(&c), "one line");
    c.confirmation_subject = "{{place}}";
    EXPECT(definition_check_campaign(&c), "confirmation_subject");
    c = campaign();
    c.confirmation_email = "{{confirm_url}}";
    EXPECT(definition_check_campaign(&c), "way out");
    c.confirmation_email = "{{not_me_url}}";
    EXPECT(definition_check_campaign(&c), "needs {{confirm_url}}");
}

static void
roles_are_added_at_the_end_alone(void **state)
{
    (void)state;
    Signup__Campaign from = campaign(), to = campaign();
    to.n_roles = 4;
    assert_null(definition_check_change(&from, &to).detail);
    to.n_roles = 2;
    EXPECT(definition_check_change(&from, &to), "roles");
    char *swapped[] = {roles[1], roles[0], roles[2]};
    to.roles = swapped;
    to.n_roles = 3;
    EXPECT(definition_check_change(&from, &to), "roles");
    to = campaign();
    from.regions = roles;
    from.n_regions = 1;
    EXPECT(definition_check_change(&from, &to), "regions");
}

static void
what_is_wrong_with_an_action_is_said(void **state)
{
    (void)state;
    Signup__Action a = action();
    a.id = "";
    EXPECT(definition_check_action(&a), "id is 1 to 40");
    a = action();
    a.ends_at_ms = a.starts_at_ms;
    EXPECT(definition_check_action(&a), "ends after");
    a = action();
    a.kind = WORDS__ACTION_KIND__KIND_NONE;
    EXPECT(definition_check_action(&a), "kind");
    a = action();
    a.name = "";
    EXPECT(definition_check_action(&a), "name");
    Signup__Gate gate = SIGNUP__GATE__INIT, *gates[] = {&gate, &gate};
    gate.id = "north";
    gate.name = "North gate";
    a = action();
    a.gates = gates;
    a.n_gates = 1;
    assert_null(definition_check_action(&a).detail);
    a.n_gates = 2;
    EXPECT(definition_check_action(&a), "same id");
    a.n_gates = 1;
    gate.name = "";
    EXPECT(definition_check_action(&a), "and a name");
}

static void
an_enum_value_that_is_not_known_is_refused(void **state)
{
    (void)state;
    Signup__Action a = action();
    a.kind = (Words__ActionKind)99;
    EXPECT(definition_check_action(&a), "a kind that is known");
}

#define GATES 256
#define REGIONS 4096

static void
a_campaign_has_4096_regions_and_not_one_more(void **state)
{
    (void)state;
    static char names[REGIONS + 1][8], *list[REGIONS + 1];
    for (int i = 0; i <= REGIONS; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "r%d", i);
        list[i] = names[i];
    }
    Signup__Campaign c = campaign();
    c.regions = list;
    c.n_regions = REGIONS;
    assert_null(definition_check_campaign(&c).detail);
    c.n_regions++;
    EXPECT(definition_check_campaign(&c), "regions are at most 4096");
    list[REGIONS - 1] = list[0];
    c.n_regions = REGIONS;
    EXPECT(definition_check_campaign(&c), "different ids");
}

static void
an_action_has_256_gates_and_not_one_more(void **state)
{
    (void)state;
    static char ids[GATES + 1][8];
    static Signup__Gate gates[GATES + 1];
    Signup__Gate *list[GATES + 1];
    for (int i = 0; i <= GATES; i++) {
        (void)snprintf(ids[i], sizeof(ids[i]), "g%d", i);
        signup__gate__init(&gates[i]);
        gates[i].id = ids[i];
        gates[i].name = "A gate";
        list[i] = &gates[i];
    }
    Signup__Action a = action();
    a.gates = list;
    a.n_gates = GATES;
    assert_null(definition_check_action(&a).detail);
    a.n_gates++;
    EXPECT(definition_check_action(&a), "at most 256 gates");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_campaign_and_action_are_fine),
        cmocka_unit_test(what_is_wrong_with_a_campaign_is_said),
        cmocka_unit_test(a_confirmation_has_its_link_and_a_way_out),
        cmocka_unit_test(roles_are_added_at_the_end_alone),
        cmocka_unit_test(what_is_wrong_with_an_action_is_said),
        cmocka_unit_test(an_enum_value_that_is_not_known_is_refused),
        cmocka_unit_test(a_campaign_has_4096_regions_and_not_one_more),
        cmocka_unit_test(an_action_has_256_gates_and_not_one_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
