/* test_slip -- what a form and its page carry: signed, sealed, and of no use
 * to anybody else; and the page that is drawn from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/gateway/entry/form_key.h"
#include "services/gateway/entry/slip.h"
#include "services/gateway/pages/slip/show_slip.h"

#define HELD WORDS__PLACE_STATE__PLACE_HELD
#define CONFIRMED WORDS__PLACE_STATE__PLACE_CONFIRMED
#define ASKED WORDS__PLACE_STATE__PLACE_ASKED
#define SMS WORDS__CHANNEL__CHANNEL_SMS
#define EMAIL WORDS__CHANNEL__CHANNEL_EMAIL
#define HOSTILE "\"><script>alert('x')</script>&"

static const struct crypto_key key = {{1, 2, 3}}, other_key = {{3, 2, 1}};

/* ---- the form's key ---- */

static void
a_form_key_says_when_it_was_drawn_and_for_whom(void **state)
{
    char text[FORM_KEY_TEXT_SIZE], again[FORM_KEY_TEXT_SIZE];
    const int64_t now_ms = 1893456000123;
    int64_t at_ms;
    (void)state;
    form_key_make(&key, "spring", now_ms, text);
    form_key_make(&key, "spring", now_ms, again);
    assert_string_not_equal(text, again);
    assert_int_equal(strlen(text), FORM_KEY_TEXT_SIZE - 1);
    assert_true(form_key_read(&key, "spring", text, &at_ms));
    assert_int_equal(at_ms, now_ms);
    assert_false(form_key_read(&key, "autumn", text, &at_ms));
    assert_false(form_key_read(&other_key, "spring", text, &at_ms));
}

static void
a_form_key_with_one_other_character_is_none(void **state)
{
    char text[FORM_KEY_TEXT_SIZE];
    int64_t at_ms;
    (void)state;
    form_key_make(&key, "spring", 1893456000123, text);
    /* The last character has bits that say nothing. */
    for (size_t i = 0; i + 1 < strlen(text); i++) {
        char kept = text[i];
        text[i] = kept == 'A' ? 'B' : 'A';
        assert_false(form_key_read(&key, "spring", text, &at_ms));
        text[i] = kept;
    }
    assert_false(form_key_read(&key, "spring", "", &at_ms));
    assert_false(form_key_read(&key, "spring", "AAAA", &at_ms));
}

/* ---- the slip's token ---- */

static struct slip
slip_of(size_t count)
{
    struct slip slip = {.campaign_number = 65535,
                        .number = 16777215,
                        .role = 32,
                        .confirms_by = EMAIL,
                        .is_for_other = true,
                        .count = count};
    for (size_t i = 0; i < count; i++) {
        slip.places[i] = (struct slip_place){65535 - (uint32_t)i,
                                             i % 2 == 0 ? HELD : CONFIRMED};
    }
    return slip;
}

static void
a_slip_comes_back_as_it_was_with_any_number_of_places(void **state)
{
    (void)state;
    for (size_t count = 0; count <= SLIP_PLACES_MAX; count++) {
        char text[SLIP_TEXT_SIZE];
        struct slip slip = slip_of(count), got;
        slip_write(&key, &slip, text);
        assert_true(slip_read(&key, text, &got));
        assert_memory_equal(&got, &slip, sizeof(slip));
    }
}

static void
a_slip_with_one_other_character_opens_nothing(void **state)
{
    char text[SLIP_TEXT_SIZE];
    struct slip slip = slip_of(3), got;
    (void)state;
    slip_write(&key, &slip, text);
    for (size_t i = 0; i + 1 < strlen(text); i++) {
        char kept = text[i];
        text[i] = kept == 'A' ? 'B' : 'A';
        assert_false(slip_read(&key, text, &got));
        text[i] = kept;
    }
    assert_false(slip_read(&other_key, text, &got));
    text[strlen(text) - 4] = '\0';
    assert_false(slip_read(&key, text, &got));
    assert_false(slip_read(&key, "", &got));
}

/* Two people one behind the other: nobody sees from an address that they
 * are, or how many there have been. */
static void
a_slip_does_not_say_the_number(void **state)
{
    char one[SLIP_TEXT_SIZE], two[SLIP_TEXT_SIZE];
    struct slip slip = slip_of(1);
    int same = 0;
    (void)state;
    slip_write(&key, &slip, one);
    slip.number--;
    slip_write(&key, &slip, two);
    assert_int_equal(strlen(one), strlen(two));
    for (size_t i = 0; one[i] != '\0'; i++) {
        same += one[i] == two[i];
    }
    assert_true(same < 8);
}

static void
what_was_typed_is_read_with_its_own_slip_alone(void **state)
{
    const struct slip_typed typed = {"Zoë Jones", "07700 900123", ""};
    char cookie[SLIP_COOKIE_SIZE];
    struct slip_typed got;
    (void)state;
    slip_write_typed(&key, "one", &typed, cookie);
    assert_null(strstr(cookie, "Jones"));
    assert_true(slip_read_typed(&key, "one", cookie, &got));
    assert_memory_equal(&got, &typed, sizeof(typed));
    assert_false(slip_read_typed(&key, "two", cookie, &got));
    assert_false(slip_read_typed(&other_key, "one", cookie, &got));
    cookie[10] = cookie[10] == 'A' ? 'B' : 'A';
    assert_false(slip_read_typed(&key, "one", cookie, &got));
    assert_false(slip_read_typed(&key, "one", "", &got));
}

static void
the_longest_of_everything_fits_the_cookie(void **state)
{
    struct slip_typed typed, got;
    char cookie[SLIP_COOKIE_SIZE];
    (void)state;
    memset(&typed, 'x', sizeof(typed));
    typed.name[sizeof(typed.name) - 1] = '\0';
    typed.phone[sizeof(typed.phone) - 1] = '\0';
    typed.email[sizeof(typed.email) - 1] = '\0';
    slip_write_typed(&key, "one", &typed, cookie);
    assert_true(slip_read_typed(&key, "one", cookie, &got));
    assert_memory_equal(&got, &typed, sizeof(typed));
}

/* ---- the page ---- */

struct world {
    Signup__Campaign campaign;
    Signup__Action action, *actions[1];
    Signup__Actions about;
    struct slip slip;
    struct slip_typed typed;
    char codes[SLIP_PLACES_MAX][PAGE_CODE_SIZE];
    struct buf page;
};

static void
world_init(struct world *w, Words__PlaceState state)
{
    memset(w, 0, sizeof(*w));
    signup__campaign__init(&w->campaign);
    signup__action__init(&w->action);
    signup__actions__init(&w->about);
    w->campaign.id = "spring";
    w->campaign.name = HOSTILE;
    w->action.id = "rally";
    w->action.name = HOSTILE;
    w->action.place = HOSTILE;
    w->action.has_number = true;
    w->action.number = 7;
    w->action.starts_at_ms = 1893456000123;
    w->actions[0] = &w->action;
    w->about.campaign = &w->campaign;
    w->about.actions = w->actions;
    w->about.n_actions = 1;
    w->slip = (struct slip){.confirms_by = SMS, .count = 1};
    w->slip.places[0] = (struct slip_place){7, state};
    w->typed = (struct slip_typed){HOSTILE, HOSTILE, HOSTILE};
    strcpy(w->codes[0], "ABCDEFGHJKMNPQRSTVWX");
    buf_init(&w->page, 0);
}

static void
draw(struct world *w, bool has_typed)
{
    show_slip(&w->page,
              &(struct show_slip){&w->about, &w->slip, w->codes,
                                  has_typed ? &w->typed : NULL, true});
}

static bool
says(const struct world *w, const char *text)
{
    return strstr(buf_string(&w->page), text) != NULL;
}

static void
hostile_words_stay_text_on_the_slip(void **state)
{
    struct world w;
    (void)state;
    world_init(&w, CONFIRMED);
    draw(&w, true);
    assert_false(says(&w, "<script>"));
    assert_true(says(&w, "&lt;script&gt;"));
    buf_fini(&w.page);
}

static void
each_state_is_said_in_words_with_the_ticket_beside_it(void **state)
{
    static const struct {
        Words__PlaceState state;
        const char *words;
        uint32_t confirmed; /* of four */
    } rows[] = {
        {CONFIRMED, "You have a place", 0},
        {HELD, "Kept for you until you confirm", 0},
        {ASKED, "if one is left. Else you join the waiting list.", 3},
        {ASKED, "Confirm, and you join the waiting list.", 4},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct world w;
        world_init(&w, rows[i].state);
        w.action.has_capacity = rows[i].state == ASKED;
        w.action.capacity = 4;
        w.action.confirmed = rows[i].confirmed;
        draw(&w, false);
        assert_true(says(&w, rows[i].words));
        assert_true(says(&w, "/t/ABCDEFGHJKMNPQRSTVWX.svg"));
        assert_true(says(&w, "ABCDE-FGHJK-MNPQR-STVWX"));
        assert_true(says(&w, "Now look at your texts"));
        assert_true(says(&w, "/outbox?c=spring"));
        assert_false(says(&w, "<dt>Name</dt>"));
        buf_fini(&w.page);
    }
}

static void
who_cannot_be_written_to_is_told_to_keep_the_page(void **state)
{
    struct world w;
    (void)state;
    world_init(&w, CONFIRMED);
    w.slip.confirms_by = WORDS__CHANNEL__CHANNEL_NONE;
    draw(&w, true);
    assert_true(says(&w, "keep this page"));
    assert_false(says(&w, "/outbox"));
    buf_fini(&w.page);
}

/* A desk's phone is the steward's: it remembers nobody's ticket. */
static void
a_slip_of_the_desk_is_not_remembered_by_its_phone(void **state)
{
    struct world w;
    (void)state;
    world_init(&w, CONFIRMED);
    w.slip.is_vouched = true;
    draw(&w, true);
    assert_true(says(&w, "data-remember=\"no\""));
    assert_true(says(&w, "nothing to confirm"));
    assert_true(says(&w, "The ticket comes by text, too."));
    buf_fini(&w.page);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_key_says_when_it_was_drawn_and_for_whom),
        cmocka_unit_test(a_form_key_with_one_other_character_is_none),
        cmocka_unit_test(a_slip_comes_back_as_it_was_with_any_number_of_places),
        cmocka_unit_test(a_slip_with_one_other_character_opens_nothing),
        cmocka_unit_test(a_slip_does_not_say_the_number),
        cmocka_unit_test(what_was_typed_is_read_with_its_own_slip_alone),
        cmocka_unit_test(the_longest_of_everything_fits_the_cookie),
        cmocka_unit_test(hostile_words_stay_text_on_the_slip),
        cmocka_unit_test(each_state_is_said_in_words_with_the_ticket_beside_it),
        cmocka_unit_test(who_cannot_be_written_to_is_told_to_keep_the_page),
        cmocka_unit_test(a_slip_of_the_desk_is_not_remembered_by_its_phone),
    };
    crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
