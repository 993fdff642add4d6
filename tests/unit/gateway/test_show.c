/* test_show -- the pages that work without JavaScript: what they say, and
 * that what people typed stays text wherever it lands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "services/gateway/pages/choices/show_choices.h"
#include "services/gateway/pages/frame/notice.h"
#include "services/gateway/pages/frame/words.h"
#include "services/gateway/pages/here/show_here.h"
#include "services/gateway/pages/home/show_home.h"
#include "services/gateway/pages/live/show_live.h"
#include "services/gateway/pages/login/show_login.h"
#include "services/gateway/pages/sign_up/show_sign_up.h"
#include "services/gateway/pages/stop/show_stop.h"
#include "services/gateway/pages/ticket/show_ticket.h"

#define HOSTILE "\"><script>alert('x')</script>&{{name}}<!--slot main-->"
#define HOSTILE_SHOWN                                                          \
    "&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;"

struct world {
    Signup__Gate gate, *gates[1];
    Signup__Action action, *actions[1];
    Signup__Campaign campaign;
    Signup__Actions about;
    Signup__Place place, *places[1];
    Signup__Switch news, *switches[1];
    Signup__Supporter supporter;
    struct buf page;
    int64_t now_ms;
};

static char *roles[] = {"care-worker", "unpaid-carer"};
static char *regions[] = {"north-west"};

static void
fill_campaign(struct world *w, char *words)
{
    signup__campaign__init(&w->campaign);
    w->campaign.id = "providers-unite";
    w->campaign.name = words;
    w->campaign.summary = words;
    w->campaign.consent_wording = words;
    w->campaign.roles = roles;
    w->campaign.n_roles = 2;
    w->campaign.regions = regions;
    w->campaign.n_regions = 1;
    signup__actions__init(&w->about);
    w->about.campaign = &w->campaign;
    w->about.actions = w->actions;
    w->about.n_actions = 1;
}

static void
fill_action(struct world *w, char *words)
{
    signup__gate__init(&w->gate);
    w->gate.id = "north";
    w->gate.name = words;
    w->gates[0] = &w->gate;
    signup__action__init(&w->action);
    w->action.id = "rally";
    w->action.name = words;
    w->action.place = words;
    w->action.summary = words;
    w->action.kind = WORDS__ACTION_KIND__KIND_RALLY;
    w->action.starts_at_ms = clock_parse("2027-09-29T10:30:00Z");
    w->action.ends_at_ms = clock_parse("2027-09-29T14:00:00Z");
    w->action.gates = w->gates;
    w->action.n_gates = 1;
    w->actions[0] = &w->action;
}

static void
fill_supporter(struct world *w, char *words)
{
    signup__place__init(&w->place);
    w->place.action = "rally";
    w->place.state = WORDS__PLACE_STATE__PLACE_CONFIRMED;
    w->places[0] = &w->place;
    signup__switch__init(&w->news);
    w->news.channel = WORDS__CHANNEL__CHANNEL_SMS;
    w->news.purpose = WORDS__CLASS__CLASS_CAMPAIGN;
    w->news.is_on = true;
    w->switches[0] = &w->news;
    signup__supporter__init(&w->supporter);
    w->supporter.name = words;
    w->supporter.phone_hint = words;
    w->supporter.places = w->places;
    w->supporter.n_places = 1;
    w->supporter.switches = w->switches;
    w->supporter.n_switches = 1;
}

static void
world_init(struct world *w, char *words)
{
    memset(w, 0, sizeof(*w));
    fill_campaign(w, words);
    fill_action(w, words);
    fill_supporter(w, words);
    buf_init(&w->page, 0);
    w->now_ms = clock_parse("2027-01-01T00:00:00Z");
}

static void
assert_says(const struct world *w, const char *want)
{
    if (strstr(buf_string(&w->page), want) == NULL) {
        fail_msg("no %s in:\n%s", want, buf_string(&w->page));
    }
}

static void
assert_does_not_say(const struct world *w, const char *unwanted)
{
    if (strstr(buf_string(&w->page), unwanted) != NULL) {
        fail_msg("%s in:\n%s", unwanted, buf_string(&w->page));
    }
}

/* ---- each page, by one table ---- */

static void
draw_home(struct world *w)
{
    struct buf parts;
    buf_init(&parts, 0);
    show_home_part(&parts, &w->about, w->now_ms);
    show_home(&w->page, &parts);
    buf_fini(&parts);
}

static void
draw_sign_up(struct world *w)
{
    const struct show_error errors[] = {{"name", w->campaign.name},
                                        {"actions", w->campaign.name}};
    const struct show_form form = {
        .typed = "name=%22%3E%3Cscript%3Ealert('x')%3C/script%3E%26",
        .errors = errors,
        .error_count = 2,
        .key = w->campaign.name,
        .staff_name = w->campaign.name,
    };
    show_sign_up(&w->page, &w->about, &form, w->now_ms);
}

static void
draw_ticket(struct world *w)
{
    show_ticket(&w->page, &(struct show_ticket){
                              .campaign = &w->campaign,
                              .action = &w->action,
                              .supporter = &w->supporter,
                              .code = "ABCDEFGHJKMNPQRSTVWX",
                          });
}

static void
draw_slip(struct world *w)
{
    w->place.state = WORDS__PLACE_STATE__PLACE_HELD;
    draw_ticket(w);
}

static void
draw_waiting_ticket(struct world *w)
{
    w->place.state = WORDS__PLACE_STATE__PLACE_WAITLISTED;
    draw_ticket(w);
}

static struct show_here
here_of(struct world *w)
{
    return (struct show_here){
        .campaign = w->campaign.id,
        .action = &w->action,
        .gate = &w->gate,
        .scan_id = "aabbccddeeff",
        .code = w->campaign.name,
        .error = w->campaign.name,
    };
}

static void
draw_here(struct world *w)
{
    struct show_here here = here_of(w);
    show_here(&w->page, &here);
}

static void
draw_here_done(struct world *w)
{
    struct show_here here = here_of(w);
    show_here_done(&w->page, &here, false);
}

static void
draw_choices(struct world *w)
{
    show_choices(&w->page,
                 &(struct show_choices){.about = &w->about,
                                        .supporter = &w->supporter,
                                        .token = "tok",
                                        .by = WORDS__CHANNEL__CHANNEL_SMS,
                                        .is_saved = true});
}

static void
draw_stop(struct world *w)
{
    show_stop(&w->page, &(struct show_stop){.campaign = w->campaign.name,
                                            .token = "tok",
                                            .preferences_path = "/p/tok",
                                            .is_sms = true});
}

static void
draw_login(struct world *w)
{
    Signup__Campaign *list[] = {&w->campaign};
    Signup__Campaigns campaigns = SIGNUP__CAMPAIGNS__INIT;
    campaigns.campaigns = list;
    campaigns.n_campaigns = 1;
    show_login(&w->page, &campaigns);
}

static void
draw_live(struct world *w)
{
    show_live(&w->page, w->campaign.name, w->action.name);
}

static void
draw_notice(struct world *w)
{
    show_notice(&w->page, w->campaign.name, w->campaign.name);
}

static const struct {
    const char *name;
    void (*draw)(struct world *w);
} pages[] = {
    {"home", draw_home},
    {"sign-up", draw_sign_up},
    {"ticket", draw_ticket},
    {"waiting ticket", draw_waiting_ticket},
    {"slip", draw_slip},
    {"check-in", draw_here},
    {"checked in", draw_here_done},
    {"choices", draw_choices},
    {"stop", draw_stop},
    {"login", draw_login},
    {"live", draw_live},
    {"notice", draw_notice},
};

static size_t
count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at++) {
        count++;
    }
    return count;
}

static void
hostile_words_stay_text_on_every_page(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
        struct world w;
        world_init(&w, HOSTILE);
        pages[i].draw(&w);
        assert_says(&w, HOSTILE_SHOWN);
        assert_does_not_say(&w, "<script>");
        assert_does_not_say(&w, "alert('");
        assert_int_equal(count_of(buf_string(&w.page), "<main"), 1);
        buf_fini(&w.page);
    }
}

/* What the strict Content-Security-Policy would refuse. */
static void
no_page_has_script_or_style_in_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
        struct world w;
        world_init(&w, "Backbone");
        pages[i].draw(&w);
        assert_does_not_say(&w, " style=");
        assert_does_not_say(&w, "<style");
        assert_does_not_say(&w, " onclick");
        assert_does_not_say(&w, "://");
        assert_int_equal(count_of(buf_string(&w.page), "<script"),
                         count_of(buf_string(&w.page),
                                  "<script type=\"module\" "
                                  "src=\"/assets/"));
        assert_does_not_say(&w, "{{");
        assert_does_not_say(&w, "<!--slot");
        buf_fini(&w.page);
    }
}

/* ---- what each says ---- */

static void
a_form_comes_back_as_it_was_typed_with_what_is_wrong(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "Backbone");
    const struct show_error errors[] = {{"phone", "Check your number."}};
    const struct show_form form = {
        .typed = "name=Zo%C3%AB+K&phone=0123&role=unpaid-carer"
                 "&actions=rally&consent_sms=yes&format=easy-read",
        .errors = errors,
        .error_count = 1,
    };
    show_sign_up(&w.page, &w.about, &form, w.now_ms);
    assert_says(&w, "value=\"Zo\xc3\xab K\"");
    assert_says(&w, "value=\"0123\" autocomplete=\"tel\" maxlength=\"40\" "
                    "aria-invalid=\"true\"");
    assert_says(&w, "<a href=\"#phone\">Check your number.</a>");
    assert_says(&w, "<p class=\"error\" id=\"phone-error\">Check your number.");
    assert_says(&w, "<option value=\"unpaid-carer\" selected>Unpaid carer");
    assert_says(&w, "<option value=\"care-worker\" >Care worker");
    assert_says(&w, "<option value=\"easy-read\" selected>Easy read");
    assert_says(&w, "name=\"actions\" value=\"rally\" checked");
    assert_says(&w, "name=\"consent_sms\" value=\"yes\" checked");
    assert_says(&w, "name=\"consent_email\" value=\"yes\" >");
    buf_fini(&w.page);
}

static void
an_untouched_form_has_nothing_ticked_and_nothing_wrong(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "Backbone");
    show_sign_up(&w.page, &w.about, &(struct show_form){.typed = ""}, w.now_ms);
    assert_does_not_say(&w, "value=\"yes\" checked");
    assert_says(&w, "name=\"for_other\" value=\"\" checked");
    assert_does_not_say(&w, " selected");
    assert_does_not_say(&w, "aria-invalid=\"true\"");
    assert_does_not_say(&w, "role=\"alert\"");
    buf_fini(&w.page);
}

static void
an_action_that_is_over_is_not_offered(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "Backbone");
    w.now_ms = w.action.ends_at_ms + 1;
    draw_home(&w);
    assert_does_not_say(&w, "actions=rally");
    buf_reset(&w.page);
    show_sign_up(&w.page, &w.about, &(struct show_form){.typed = ""}, w.now_ms);
    assert_does_not_say(&w, "value=\"rally\"");
    buf_fini(&w.page);
}

static void
a_ticket_has_the_time_in_london_its_code_and_its_qr(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "Backbone");
    draw_ticket(&w);
    assert_says(&w, ">Wed 29 Sep 2027, 11:30</time>");
    assert_says(&w, "ABCDE-FGHJK-MNPQR-STVWX");
    assert_says(&w, "src=\"/t/ABCDEFGHJKMNPQRSTVWX.svg\"");
    buf_fini(&w.page);
}

static void
without_a_confirmed_place_there_is_no_ticket_to_show(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "Backbone");
    draw_waiting_ticket(&w);
    assert_does_not_say(&w, ".svg\" width=\"280\"");
    assert_says(&w, "You do not have a place yet");
    buf_fini(&w.page);
}

static const struct {
    Words__PlaceState state;
    bool has_capacity, has_code;
    const char *want;
    uint32_t confirmed; /* of four */
} slips[] = {
    {WORDS__PLACE_STATE__PLACE_CONFIRMED, true, true, "You have a place.", 0},
    {WORDS__PLACE_STATE__PLACE_HELD, true, true, "A place is kept for you.", 0},
    {WORDS__PLACE_STATE__PLACE_ASKED, true, true,
     "Full or being confirmed: yours when you confirm, if one is left. Else "
     "you join the waiting list. Open the message",
     3},
    {WORDS__PLACE_STATE__PLACE_ASKED, true, true,
     "Full. Confirm, and you join the waiting list. Open the message", 4},
    /* Counted with another: never that one's own state. */
    {WORDS__PLACE_STATE__PLACE_TWIN, false, true, "You have a place.", 0},
    {WORDS__PLACE_STATE__PLACE_TWIN, true, true, "A place is kept for you.", 0},
    {WORDS__PLACE_STATE__PLACE_WAITLISTED, true, false, "You do not have a", 4},
    {WORDS__PLACE_STATE__PLACE_CANCELLED, true, false, "was given back", 0},
};

static void
a_slip_says_its_own_state_in_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(slips) / sizeof(*slips); i++) {
        struct world w;
        world_init(&w, "Backbone");
        w.place.state = slips[i].state;
        w.action.has_capacity = slips[i].has_capacity;
        w.action.capacity = 4;
        w.action.confirmed = slips[i].confirmed;
        draw_ticket(&w);
        assert_says(&w, slips[i].want);
        assert_int_equal(strstr(buf_string(&w.page), "class=\"qr\"") != NULL,
                         slips[i].has_code);
        buf_fini(&w.page);
    }
}

static void
choices_show_what_is_given_and_offer_only_what_can_be(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "Backbone");
    draw_choices(&w);
    assert_says(&w, "name=\"news_sms\" value=\"yes\" checked >");
    assert_says(&w, "name=\"news_email\" value=\"yes\"  disabled>");
    assert_says(&w, "We text you news from the campaign.");
    w.news.is_on = false;
    buf_reset(&w.page);
    draw_choices(&w);
    assert_says(&w, "name=\"news_sms\" value=\"yes\"  >");
    assert_says(&w, "This changes nothing about what you signed up for.");
    assert_says(&w, "There is no switch for these.");
    buf_fini(&w.page);
}

static void
actions_are_offered_in_the_order_of_their_start(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "Backbone");
    Signup__Action sooner = w.action;
    sooner.id = "before";
    sooner.starts_at_ms -= 1000;
    Signup__Action *both[] = {&w.action, &sooner};
    w.about.actions = both;
    w.about.n_actions = 2;
    show_sign_up(&w.page, &w.about, &(struct show_form){.typed = ""}, w.now_ms);
    const char *first = strstr(buf_string(&w.page), "value=\"before\"");
    assert_non_null(first);
    assert_non_null(strstr(first, "value=\"rally\""));
    buf_fini(&w.page);
}

static const struct {
    bool has_capacity;
    uint32_t capacity, confirmed;
    const char *want;
} seats[] = {
    {false, 0, 12, ""},
    {true, 100, 12, "88 places left"},
    {true, 13, 12, "1 place left"},
    {true, 12, 12, "Full. Sign up and confirm, and you join the waiting list."},
    {true, 12, 13, "Full. Sign up and confirm, and you join the waiting list."},
};

static void
seats_left_are_counted_down_to_the_waiting_list(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(seats) / sizeof(*seats); i++) {
        char text[SHOW_SEATS_SIZE];
        Signup__Action action = SIGNUP__ACTION__INIT;
        action.has_capacity = seats[i].has_capacity;
        action.capacity = seats[i].capacity;
        action.confirmed = seats[i].confirmed;
        assert_string_equal(show_seats(&action, text), seats[i].want);
    }
}

static const struct {
    struct json_error_item error;
    const char *want;
} errors[] = {
    {{"name", "is missing", false}, "Your name is missing."},
    {{"phone", "or email is needed: at least one of them", false},
     "The mobile number or email is needed: at least one of them."},
    {{"phone", "this is a landline: give a mobile number", true},
     "This is a landline: give a mobile number."},
    {{"phone", "is this a mobile? it looks like a landline", true},
     "Is this a mobile? it looks like a landline."},
    {{"", "is odd", false}, "This is odd."},
};

/* Which of both it is, is said with it: no sentence is looked into. */
/* What goes on beside news, on both pages of /u/. */
static const struct {
    struct show_stop stop;
    const char *says, *never;
} stops[] = {
    {{.is_sms = true}, "We text you about what", "STOP"},
    {{.is_sms = true, .is_mine_off = true}, "We do not text you", "STOP"},
    {{.is_sms = true, .has_stop = true}, "still text a safety", "We text you"},
    {{.is_sms = true, .has_stop = true, .provider_stops = true},
     "not even a safety warning",
     "still text a safety"},
    {{.is_sms = true, .provider_stops = true}, "We text you about", "STOP"},
    {{.has_stop = true, .provider_stops = true}, "We mail you about", "STOP"},
    {{.is_mine_off = true}, "We do not mail you", "STOP"},
};

static void
the_end_of_news_promises_no_more_than_what_goes_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(stops) / sizeof(*stops) * 2; i++) {
        struct world w;
        world_init(&w, "Backbone");
        struct show_stop stop = stops[i / 2].stop;
        stop.campaign = w.campaign.name;
        stop.token = "tok";
        stop.preferences_path = "/p/tok";
        stop.is_done = i % 2 == 1;
        show_stop(&w.page, &stop);
        assert_says(&w, stops[i / 2].says);
        assert_does_not_say(&w, stops[i / 2].never);
        assert_does_not_say(&w, "start-texts");
        buf_fini(&w.page);
    }
}

static void
what_is_wrong_with_a_field_is_a_sentence_of_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
        char text[SHOW_ERROR_SIZE];
        assert_string_equal(show_error_words(&errors[i].error, text),
                            errors[i].want);
    }
}

static void
what_a_page_says_is_a_sentence(void **state)
{
    (void)state;
    char text[SHOW_SENTENCE_SIZE], longest[2 * SHOW_SENTENCE_SIZE];
    assert_string_equal(show_sentence("try again", text), "Try again.");
    assert_string_equal(show_sentence("Is it? Yes.", text), "Is it? Yes.");
    assert_string_equal(show_sentence("is it?", text), "Is it?");
    assert_string_equal(show_sentence("", text), "");
    memset(longest, 'x', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    assert_int_equal(strlen(show_sentence(longest, text)),
                     SHOW_SENTENCE_SIZE - 1);

    struct buf page;
    buf_init(&page, 0);
    show_notice(&page, "Not now", "the service is away: try again");
    assert_non_null(
        strstr(buf_string(&page), ">The service is away: try again.</p>"));
    buf_fini(&page);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_page_says_is_a_sentence),
        cmocka_unit_test(hostile_words_stay_text_on_every_page),
        cmocka_unit_test(no_page_has_script_or_style_in_it),
        cmocka_unit_test(a_form_comes_back_as_it_was_typed_with_what_is_wrong),
        cmocka_unit_test(
            an_untouched_form_has_nothing_ticked_and_nothing_wrong),
        cmocka_unit_test(an_action_that_is_over_is_not_offered),
        cmocka_unit_test(actions_are_offered_in_the_order_of_their_start),
        cmocka_unit_test(a_ticket_has_the_time_in_london_its_code_and_its_qr),
        cmocka_unit_test(without_a_confirmed_place_there_is_no_ticket_to_show),
        cmocka_unit_test(a_slip_says_its_own_state_in_words),
        cmocka_unit_test(choices_show_what_is_given_and_offer_only_what_can_be),
        cmocka_unit_test(the_end_of_news_promises_no_more_than_what_goes_on),
        cmocka_unit_test(what_is_wrong_with_a_field_is_a_sentence_of_its_own),
        cmocka_unit_test(seats_left_are_counted_down_to_the_waiting_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
