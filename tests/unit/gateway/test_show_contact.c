/* test_show_contact -- what whoever holds a contact is shown: before the proof
 * what was typed, after it everybody of that contact; and what its forms
 * change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "services/gateway/pages/ask/sealed.h"
#include "services/gateway/pages/ask/session.h"
#include "services/gateway/pages/choices/show_switches.h"
#include "services/gateway/pages/contact/show_contact.h"
#include "services/gateway/pages/find/show_find.h"

#define HOSTILE "\"><script>alert('x')</script>&{{name}}<!--slot main-->"
#define NUMBER_ANA 7771234
#define NUMBER_BEN 7775678
#define NUMBER_CAI 7779012
#define SMS WORDS__CHANNEL__CHANNEL_SMS
#define EMAIL WORDS__CHANNEL__CHANNEL_EMAIL
#define NEWS WORDS__CLASS__CLASS_CAMPAIGN
#define MINE WORDS__CLASS__CLASS_SERVICE

struct world {
    Signup__Action action, *actions[1];
    Signup__Campaign campaign;
    Signup__Actions about;
    Signup__Place place, *places[1];
    Signup__Switch news, mine, *switches[2];
    Signup__Member ana, ben, *members[2];
    Signup__Asked cai, *asked[1];
    Signup__ContactPage page;
    struct contact_ticket ticket;
    struct crypto_key key;
    struct show_contact show;
    struct buf html;
};

static void
fill_about(struct world *w, char *words)
{
    signup__campaign__init(&w->campaign);
    w->campaign.id = "spring";
    w->campaign.name = words;
    w->campaign.consent_wording = "Yes, ask me to take part.";
    signup__action__init(&w->action);
    w->action.id = "rally";
    w->action.number = 3;
    w->action.name = words;
    w->action.starts_at_ms = clock_parse("2027-09-29T10:30:00Z");
    w->action.ends_at_ms = clock_parse("2027-09-29T14:00:00Z");
    w->actions[0] = &w->action;
    signup__actions__init(&w->about);
    w->about.campaign = &w->campaign;
    w->about.actions = w->actions;
    w->about.n_actions = 1;
}

static void
fill_switch(Signup__Switch *s, Words__Class purpose, bool is_on)
{
    signup__switch__init(s);
    s->channel = SMS;
    s->purpose = purpose;
    s->is_on = is_on;
}

static void
fill_member(struct world *w, Signup__Member *member, uint32_t number,
            char *name)
{
    signup__member__init(member);
    member->number = number;
    member->name = name;
    member->places = w->places;
    member->n_places = 1;
    member->switches = w->switches;
    member->n_switches = 2;
}

static void
fill_people(struct world *w, char *words)
{
    signup__place__init(&w->place);
    w->place.action = "rally";
    w->place.action_number = 3;
    w->place.state = WORDS__PLACE_STATE__PLACE_CONFIRMED;
    w->places[0] = &w->place;
    fill_switch(&w->news, NEWS, true);
    fill_switch(&w->mine, MINE, true);
    w->switches[0] = &w->news;
    w->switches[1] = &w->mine;
    fill_member(w, &w->ana, NUMBER_ANA, words);
    fill_member(w, &w->ben, NUMBER_BEN, "Ben");
    w->members[0] = &w->ana;
    w->members[1] = &w->ben;
    signup__asked__init(&w->cai);
    w->cai.number = NUMBER_CAI;
    w->cai.name = "Cai";
    w->asked[0] = &w->cai;
    signup__contact_page__init(&w->page);
    w->page.channel = SMS;
    w->page.hint = "…123";
    w->page.members = w->members;
    w->page.n_members = 1;
    w->page.asked = w->asked;
}

static void
world_init(struct world *w, char *words)
{
    memset(w, 0, sizeof(*w));
    fill_about(w, words);
    fill_people(w, words);
    w->ticket = (struct contact_ticket){NUMBER_ANA, 3, "ABCDEFGHJKMNPQRSTVWX"};
    w->show = (struct show_contact){
        .about = &w->about,
        .page = &w->page,
        .tickets = &w->ticket,
        .ticket_count = 1,
        .key = &w->key,
        .post = "/y/tok",
        .form_key = "",
        .may_remember = true,
        .now_ms = clock_parse("2027-01-01T00:00:00Z"),
    };
    buf_init(&w->html, 0);
}

static const char *
drawn(struct world *w)
{
    buf_reset(&w->html);
    show_contact(&w->html, &w->show);
    return buf_string(&w->html);
}

static void
assert_says(const char *page, const char *want)
{
    if (strstr(page, want) == NULL) {
        fail_msg("no %s in:\n%s", want, page);
    }
}

static void
assert_does_not_say(const char *page, const char *unwanted)
{
    if (strstr(page, unwanted) != NULL) {
        fail_msg("%s in:\n%s", unwanted, page);
    }
}

static void
assert_in_order(const char *page, const char *first, const char *second)
{
    const char *at = strstr(page, first);
    if (at == NULL || strstr(at, second) == NULL) {
        fail_msg("no %s before %s in:\n%s", first, second, page);
    }
}

/* ---- before the proof ---- */

static void
before_the_proof_stand_the_entry_and_two_buttons_alone(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "Ana Typed");
    w.page.n_asked = 1;
    w.page.has_has_stop = w.page.has_stop = true;
    w.ana.other_hint = "a…@example.org";
    const char *page = drawn(&w);
    assert_says(page, "Ana Typed");
    assert_says(page, "/t/ABCDEFGHJKMNPQRSTVWX");
    assert_in_order(page, "name=\"do\" value=\"yes\"",
                    "name=\"do\" value=\"not-me\"");
    assert_does_not_say(page, "Cai");
    assert_does_not_say(page, "STOP");
    assert_does_not_say(page, "a…@example.org");
    assert_does_not_say(page, "was_news_sms");
    assert_does_not_say(page, "give-back");
    assert_does_not_say(page, "checked");
    buf_fini(&w.html);
}

static void
the_link_of_not_me_puts_that_button_first(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "Ana");
    w.show.is_not_me_first = true;
    assert_in_order(drawn(&w), "name=\"do\" value=\"not-me\"",
                    "name=\"do\" value=\"yes\"");
    buf_fini(&w.html);
}

static void
nobody_is_remembered_where_staff_work(void **state)
{
    (void)state;
    for (int is_proved = 0; is_proved < 2; is_proved++) {
        struct world w;
        world_init(&w, "Ana");
        w.page.is_proved = is_proved;
        assert_says(drawn(&w), "name=\"remember\"");
        assert_does_not_say(drawn(&w), "name=\"remember\" value=\"yes\" c");
        w.show.may_remember = false;
        assert_does_not_say(drawn(&w), "name=\"remember\"");
        buf_fini(&w.html);
    }
}

static void
who_said_not_me_reads_what_that_did(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "Ana");
    w.page.has_is_refused = w.page.is_refused = true;
    w.page.n_members = 0;
    const char *page = drawn(&w);
    assert_says(page, "We dropped that sign-up");
    assert_says(page, "href=\"/find/spring\"");
    assert_does_not_say(page, "<form");
    buf_fini(&w.html);
}

/* ---- after it ---- */

static void
after_the_proof_everybody_of_the_contact_is_there(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "Ana");
    w.page.is_proved = true;
    w.page.n_members = 2;
    w.page.n_asked = 1;
    w.ana.other_hint = "a…@example.org";
    const char *page = drawn(&w);
    assert_says(page, "<h2>Ana</h2>");
    assert_says(page, "<h2>Ben</h2>");
    assert_says(page, "Also asked for: Cai");
    assert_says(page, "Send a link to a…\xe2\x81\xa0@example.org too");
    assert_says(page, "name=\"do\" value=\"give-back\"");
    assert_does_not_say(page, "name=\"do\" value=\"not-me\"");
    assert_says(page, "<label for=\"member\">Whose?</label>");
    w.page.n_members = 1;
    assert_does_not_say(drawn(&w), "Whose?");
    buf_fini(&w.html);
}

static void
who_may_be_a_member_is_joined_kept_apart_or_refused(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "Joanna");
    w.page.is_proved = true;
    w.page.n_asked = 1;
    assert_does_not_say(drawn(&w), "value=\"same\"");
    w.cai.has_like = true;
    w.cai.like = NUMBER_ANA;
    const char *page = drawn(&w);
    assert_in_order(page, "value=\"same\"", "Yes, the same as Joanna");
    assert_says(page, "Add Cai, somebody else");
    assert_says(page, "value=\"refuse\"");
    buf_fini(&w.html);
}

static void
no_number_of_a_person_leaves_in_a_page(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "Ana");
    w.page.is_proved = true;
    w.page.n_members = 2;
    w.page.n_asked = 1;
    const char *page = drawn(&w);
    assert_does_not_say(page, "7771234");
    assert_does_not_say(page, "7775678");
    assert_does_not_say(page, "7779012");
    char ana[CONTACT_HANDLE_SIZE], ben[CONTACT_HANDLE_SIZE];
    assert_string_not_equal(contact_handle(&w.key, NUMBER_ANA, ana),
                            contact_handle(&w.key, NUMBER_BEN, ben));
    assert_says(page, ana);
    buf_fini(&w.html);
}

static const struct {
    Words__PlaceState state;
    int64_t after_ms; /* its end */
    bool may_give_back;
} backs[] = {
    {WORDS__PLACE_STATE__PLACE_CONFIRMED, -1, true},
    {WORDS__PLACE_STATE__PLACE_WAITLISTED, -1, true},
    {WORDS__PLACE_STATE__PLACE_CANCELLED, -1, false},
    {WORDS__PLACE_STATE__PLACE_CONFIRMED, 1, false},
};

static void
a_place_is_given_back_while_there_is_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(backs) / sizeof(*backs); i++) {
        struct world w;
        world_init(&w, "Ana");
        w.page.is_proved = true;
        w.place.state = backs[i].state;
        w.show.now_ms = w.action.ends_at_ms + backs[i].after_ms;
        bool may = strstr(drawn(&w), "value=\"give-back\"") != NULL;
        if (may != backs[i].may_give_back) {
            fail_msg("row %zu: %d", i, may);
        }
        buf_fini(&w.html);
    }
}

/* The question is never ticked, and asked of this contact's own no alone. */
static void
news_once_refused_is_asked_about_and_never_ticked(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "Ana");
    w.page.is_proved = true;
    assert_does_not_say(drawn(&w), "You once asked us to stop");
    w.news.is_on = false;
    assert_does_not_say(drawn(&w), "You once asked us to stop");
    w.news.has_is_withdrawn = w.news.is_withdrawn = true;
    const char *page = drawn(&w);
    assert_says(page, "You once asked us to stop");
    assert_does_not_say(page, "name=\"news_sms\" value=\"yes\" checked");
    w.page.channel = EMAIL;
    assert_does_not_say(drawn(&w), "You once asked us to stop");
    buf_fini(&w.html);
}

static void
where_the_provider_keeps_stops_no_text_is_promised(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "Ana");
    w.page.is_proved = true;
    w.page.has_has_stop = w.page.has_stop = true;
    w.show.done = "start-texts";
    const char *page = drawn(&w);
    assert_says(page, "We still text a safety warning");
    assert_says(page, "Texts start again");
    assert_does_not_say(page, "text START");
    w.show.provider_stops = true;
    page = drawn(&w);
    assert_says(page, "not even a safety warning");
    assert_says(page, "text START to the number that texts you, and press");
    assert_does_not_say(page, "We still text");
    assert_does_not_say(page, "Texts start again");
    w.page.channel = EMAIL;
    assert_says(drawn(&w), "texts you, and then <a href=\"/find/spring\">");
    w.show.provider_stops = false;
    assert_says(drawn(&w), "texts you, or <a href=\"/find/spring\">");
    buf_fini(&w.html);
}

static void
a_browser_that_is_known_can_sign_out(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "Ana");
    w.page.is_proved = true;
    w.show.is_session = true;
    w.show.form_key = "abcd";
    const char *page = drawn(&w);
    assert_says(page, "value=\"sign-out\"");
    assert_says(page, "name=\"key\" value=\"abcd\"");
    assert_says(page, "forgets you in two hours");
    w.show.is_remembered = true;
    assert_says(drawn(&w), "remembers you");
    buf_fini(&w.html);
}

static void
a_refused_change_comes_back_as_it_was_typed(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "Ana");
    w.page.is_proved = true;
    w.show.typed = "077";
    w.show.error = "Check the number.";
    const char *page = drawn(&w);
    assert_says(page, "<title>Error: ");
    assert_says(page, "value=\"077\"");
    assert_says(page, "<a href=\"#contact\">Check the number.</a>");
    assert_says(page, "<details open>\n<summary>My number");
    buf_fini(&w.html);
}

/* ---- both, and Find my tickets ---- */

static void
draw_find(struct world *w, bool is_code)
{
    const struct show_find find = {.campaign = &w->campaign,
                                   .contact = w->campaign.name,
                                   .error = w->campaign.name,
                                   .may_remember = true};
    buf_reset(&w->html);
    if (is_code) {
        show_find_code(&w->html, &find);
    } else {
        show_find(&w->html, &find);
    }
}

static void
assert_is_safe(const char *page)
{
    assert_does_not_say(page, "<script>");
    assert_does_not_say(page, "alert('");
    assert_does_not_say(page, " style=");
    assert_does_not_say(page, " onclick");
    assert_does_not_say(page, "<!--slot");
    assert_says(page, "&lt;script&gt;");
}

static void
hostile_words_stay_text(void **state)
{
    (void)state;
    for (int is_proved = 0; is_proved < 2; is_proved++) {
        struct world w;
        world_init(&w, HOSTILE);
        w.page.is_proved = is_proved;
        w.page.n_asked = 1;
        w.page.has_has_stop = w.page.has_stop = true;
        w.page.hint = w.cai.name = w.ana.other_hint = HOSTILE;
        w.cai.has_like = true;
        w.cai.like = NUMBER_ANA;
        w.show.typed = w.show.error = HOSTILE;
        assert_is_safe(drawn(&w));
        draw_find(&w, is_proved);
        assert_is_safe(buf_string(&w.html));
        buf_fini(&w.html);
    }
}

static void
a_code_is_asked_for_as_phones_fill_it_in(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "Spring");
    draw_find(&w, true);
    assert_says(buf_string(&w.html),
                "inputmode=\"numeric\" autocomplete=\"one-time-code\"");
    buf_fini(&w.html);
}

/* ---- switches ---- */

static struct show_switches
switches_of(struct world *w, Words__Channel by)
{
    return (struct show_switches){
        .post = "/p/tok",
        .find = "/find/spring",
        .member = "",
        .key = "",
        .phone_hint = "…123",
        .campaign = &w->campaign,
        .switches = w->switches,
        .count = 2,
        .by = by,
    };
}

/* An opt-out is lifted from its own contact alone. */
static void
a_switch_turned_off_is_turned_on_from_its_own_contact_alone(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "Ana");
    w.news.is_on = false;
    w.news.has_is_withdrawn = w.news.is_withdrawn = true;
    const Words__Channel bys[] = {SMS, EMAIL, WORDS__CHANNEL__CHANNEL_NONE};
    for (size_t i = 0; i < 3; i++) {
        struct show_switches show = switches_of(&w, bys[i]);
        buf_reset(&w.html);
        show_switches(&w.html, &show);
        const char *free_ = "name=\"was_news_sms\" value=\"off\">"
                            "<input type=\"checkbox\" name=\"news_sms\" "
                            "value=\"yes\"  >";
        const char *fixed = "name=\"was_news_sms\" value=\"\">"
                            "<input type=\"checkbox\" name=\"news_sms\" "
                            "value=\"yes\"  disabled>";
        assert_says(buf_string(&w.html), bys[i] == SMS ? free_ : fixed);
    }
    buf_fini(&w.html);
}

static void
stopped_texts_are_started_by_their_own_contact_alone(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "Ana");
    struct show_switches show = switches_of(&w, SMS);
    show.has_stop = true;
    show_stop_of_texts(&w.html, &show);
    assert_says(buf_string(&w.html), "Start texts again");
    show.by = EMAIL;
    buf_reset(&w.html);
    show_stop_of_texts(&w.html, &show);
    assert_does_not_say(buf_string(&w.html), "Start texts again");
    assert_says(buf_string(&w.html), "/find/spring");
    buf_fini(&w.html);
}

static const struct {
    const char *form;
    size_t count;
    struct switch_change first;
} forms[] = {
    {"", 0, {0}},
    {"news_sms=yes", 0, {0}}, /* says not what it showed */
    {"was_news_sms=&news_sms=yes", 0, {0}},
    {"was_news_sms=on&news_sms=yes", 0, {0}},
    {"was_news_sms=off", 0, {0}},
    {"was_news_sms=on", 1, {SMS, NEWS, false}},
    {"was_news_sms=off&news_sms=yes", 1, {SMS, NEWS, true}},
    {"was_mine_email=on&was_news_sms=on&news_sms=yes", 1, {EMAIL, MINE, false}},
    {"was_news_email=off&news_email=yes&was_mine_sms=on",
     2,
     {EMAIL, NEWS, true}},
};

static void
a_form_changes_what_was_changed_in_it_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
        struct switch_change changes[SWITCHES_MAX];
        size_t count = switches_read_changes(forms[i].form, changes);
        if (count != forms[i].count) {
            fail_msg("%s: %zu", forms[i].form, count);
        }
        if (count > 0) {
            assert_int_equal(changes[0].channel, forms[i].first.channel);
            assert_int_equal(changes[0].purpose, forms[i].first.purpose);
            assert_int_equal(changes[0].is_on, forms[i].first.is_on);
        }
    }
}

/* ---- what a browser keeps ---- */

static void
what_is_sealed_opens_for_its_purpose_until_it_ends(void **state)
{
    (void)state;
    struct crypto_key key = {{1}}, other = {{2}};
    char text[SEALED_TEXT_SIZE];
    struct sealed in = {.purpose = "my:spring", .until_ms = 1000}, out = in;
    memset(in.words, 'x', SEALED_WORDS_MAX);
    sealed_write(&key, &in, text);
    assert_null(strpbrk(text, ";= ,"));
    assert_true(sealed_read(&key, text, 999, &out));
    assert_string_equal(out.words, in.words);
    assert_false(sealed_read(&key, text, 1000, &out));
    assert_false(sealed_read(&other, text, 999, &out));
    out.purpose = "my:autumn";
    assert_false(sealed_read(&key, text, 999, &out));
    out.purpose = "my:spring";
    text[20] = text[20] == 'A' ? 'B' : 'A';
    assert_false(sealed_read(&key, text, 999, &out));
    assert_false(sealed_read(&key, "", 999, &out));
}

static void
one_is_remembered_until_thirty_days_after_the_last_action(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "Ana");
    int64_t now_ms = w.show.now_ms;
    assert_int_equal(session_until(&w.about, &w.page, now_ms),
                     w.action.ends_at_ms + SESSION_AFTER_MS);
    w.place.state = WORDS__PLACE_STATE__PLACE_CANCELLED;
    assert_int_equal(session_until(&w.about, &w.page, now_ms),
                     now_ms + SESSION_AFTER_MS);
    buf_fini(&w.html);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            before_the_proof_stand_the_entry_and_two_buttons_alone),
        cmocka_unit_test(the_link_of_not_me_puts_that_button_first),
        cmocka_unit_test(nobody_is_remembered_where_staff_work),
        cmocka_unit_test(who_said_not_me_reads_what_that_did),
        cmocka_unit_test(after_the_proof_everybody_of_the_contact_is_there),
        cmocka_unit_test(who_may_be_a_member_is_joined_kept_apart_or_refused),
        cmocka_unit_test(no_number_of_a_person_leaves_in_a_page),
        cmocka_unit_test(a_place_is_given_back_while_there_is_one),
        cmocka_unit_test(news_once_refused_is_asked_about_and_never_ticked),
        cmocka_unit_test(where_the_provider_keeps_stops_no_text_is_promised),
        cmocka_unit_test(a_browser_that_is_known_can_sign_out),
        cmocka_unit_test(a_refused_change_comes_back_as_it_was_typed),
        cmocka_unit_test(hostile_words_stay_text),
        cmocka_unit_test(a_code_is_asked_for_as_phones_fill_it_in),
        cmocka_unit_test(
            a_switch_turned_off_is_turned_on_from_its_own_contact_alone),
        cmocka_unit_test(stopped_texts_are_started_by_their_own_contact_alone),
        cmocka_unit_test(a_form_changes_what_was_changed_in_it_alone),
        cmocka_unit_test(what_is_sealed_opens_for_its_purpose_until_it_ends),
        cmocka_unit_test(
            one_is_remembered_until_thirty_days_after_the_last_action),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
