/* test_match -- audiences over columns, against a naive oracle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/signup/audience/match.h"

#define ROUNDS 300
#define PEOPLE_MAX 700 /* of a chunk: enough for every edge, quick to try */

static char *const roles[] = {"care-worker", "nurse", "family"};
#define REGIONS 4096
static char region_names[REGIONS][8], *regions[REGIONS];
/* Indexes + 1 that meet on one byte or the other; 0: not said. */
static const unsigned some_regions[] = {0, 1, 2, 255, 256, 257, 258, 512, 4096};
#define SOME_REGIONS (sizeof(some_regions) / sizeof(some_regions[0]))
static const char *const actions[] = {"rally", "march"};
/* The letters of the states that a place can have, PLACE_NONE first. */
#define PLACE_LETTER(state, letter, counter) #letter
static const char letters[] = "-" SIGNUP_PLACES_TABLE(PLACE_LETTER);
#define STATES (sizeof(letters) - 1)
static const char *const formats[] = {"plain", "easy-read", "welsh",
                                      "large-print"};

/* One made-up supporter. */
struct person {
    unsigned role, region, format, flags;
    unsigned state[2];   /* at each action: words.PlaceState */
    unsigned present[2]; /* at each action */
};

struct world {
    unsigned seed, people;
    struct person person[PEOPLE_MAX];
    struct plan plan;
    struct match_chunk chunk;
    uint8_t *columns[PLAN_SLOTS_MAX];
};

static unsigned
random_below(struct world *w, unsigned n)
{
    w->seed = w->seed * 1103515245U + 12345U;
    return (w->seed >> 8) % n;
}

static unsigned
action_number(void *arg, const char *id, const char **id_out)
{
    (void)arg;
    for (unsigned i = 0; i < 2; i++) {
        if (strcmp(actions[i], id) == 0) {
            *id_out = actions[i];
            return i + 1;
        }
    }
    return 0;
}

static const struct plan_words words = {
    .lists = {[ATTRIBUTE_role] = roles, [ATTRIBUTE_region] = regions},
    .counts = {[ATTRIBUTE_role] = 3, [ATTRIBUTE_region] = REGIONS},
    .action_number = action_number};

#define QUERY_ROLE (QUERY_ATTRIBUTES + ATTRIBUTE_role)
#define QUERY_REGION (QUERY_ATTRIBUTES + ATTRIBUTE_region)
#define QUERY_FORMAT (QUERY_ATTRIBUTES + ATTRIBUTE_format)

static void
make_people(struct world *w)
{
    w->people = random_below(w, PEOPLE_MAX + 1);
    for (unsigned i = 0; i < w->people; i++) {
        struct person *p = &w->person[i];
        p->role = random_below(w, 4);
        p->region = some_regions[random_below(w, SOME_REGIONS)];
        p->format = random_below(w, 4);
        p->flags = random_below(w, 65536);
        if (random_below(w, 4) != 0) {
            p->flags &= ~(unsigned)FLAG_GONE;
        }
        for (int a = 0; a < 2; a++) {
            p->state[a] = random_below(w, STATES);
            p->present[a] = random_below(w, 2);
        }
    }
}

/* ---- a random query, as text ---- */

static const char *
random_value(struct world *w, enum query_kind kind)
{
    switch ((int)kind) {
    case QUERY_ROLE:
        return roles[random_below(w, 3)];
    case QUERY_REGION:
        return regions[some_regions[1 + random_below(w, SOME_REGIONS - 1)] - 1];
    case QUERY_FORMAT:
        return formats[random_below(w, 4)];
    case QUERY_CONSENT:
        return random_below(w, 2) == 0 ? "sms" : "email";
    case QUERY_SIGNEDUP:
    case QUERY_WAITLISTED:
    case QUERY_IN:
        return actions[random_below(w, 2)];
    case QUERY_ALL:
    case QUERY_KIND_COUNT:
    default:
        return "";
    }
}

static void
make_query(struct world *w, char *text)
{
    *text = '\0';
    unsigned terms = 1 + random_below(w, 4);
    for (unsigned t = 0; t < terms; t++) {
        enum query_kind kind =
            (enum query_kind)random_below(w, QUERY_KIND_COUNT);
        strcat(text, random_below(w, 3) == 0 ? " -" : " ");
        strcat(text, query_kind_name(kind));
        unsigned values = kind == QUERY_ALL ? 0 : 1 + random_below(w, 3);
        for (unsigned v = 0; v < values; v++) {
            strcat(text, v == 0 ? ":" : ",");
            strcat(text, random_value(w, kind));
        }
    }
}

/* ---- the oracle: one person, one value at a time ---- */

static bool
has_value(const struct person *p, enum query_kind kind, const char *value)
{
    const char *id;
    unsigned a = action_number(NULL, value, &id) == 2;
    switch ((int)kind) {
    case QUERY_ALL:
        return true;
    case QUERY_ROLE:
        return p->role != 0 && strcmp(roles[p->role - 1], value) == 0;
    case QUERY_REGION:
        return p->region != 0 && strcmp(regions[p->region - 1], value) == 0;
    case QUERY_FORMAT:
        return strcmp(formats[p->format], value) == 0;
    case QUERY_CONSENT:
        return strcmp(value, "sms") == 0
                   ? (p->flags & 0x04) != 0 && (p->flags & 0x10) == 0
                   : (p->flags & 0x08) != 0 && (p->flags & 0x20) == 0;
    case QUERY_SIGNEDUP:
        return p->state[a] == WORDS__PLACE_STATE__PLACE_CONFIRMED ||
               p->state[a] == WORDS__PLACE_STATE__PLACE_HELD;
    case QUERY_WAITLISTED:
        return p->state[a] == WORDS__PLACE_STATE__PLACE_WAITLISTED;
    case QUERY_IN:
        return p->present[a] == 1;
    case QUERY_KIND_COUNT:
    default:
        return false;
    }
}

static bool
matches(const struct person *p, const struct query *query)
{
    for (size_t t = 0; t < query->term_count; t++) {
        const struct query_term *term = &query->terms[t];
        bool is = term->kind == QUERY_ALL;
        for (size_t v = 0; v < term->value_count; v++) {
            is |= has_value(p, term->kind, term->values[v]);
        }
        if (is == term->is_not) {
            return false;
        }
    }
    return true;
}

/* ---- columns, as the store would have them ---- */

static unsigned
byte_of(const struct person *p, const char *column)
{
    if (strcmp(column, "role") == 0) {
        return p->role;
    }
    if (strcmp(column, "region") == 0) {
        return p->region & 0xff;
    }
    if (strcmp(column, "region.1") == 0) {
        return p->region >> 8;
    }
    if (strcmp(column, "flags.1") == 0) {
        return p->flags >> 8;
    }
    return strcmp(column, "format") == 0 ? p->format : p->flags & 0xff;
}

static bool
bit_of(const struct person *p, const struct slot *slot)
{
    if (slot_is_present(slot)) {
        return p->present[slot->action == actions[1]] == 1;
    }
    unsigned state =
        (unsigned)(strchr(letters, slot->column.name[0]) - letters);
    return p->state[atoi(slot->column.name + 1) - 1] == state;
}

static void
fill_columns(struct world *w)
{
    w->chunk.people = w->people;
    for (size_t s = 0; s < w->plan.slot_count; s++) {
        const struct slot *slot = &w->plan.slots[s];
        memset(w->columns[s], 0, CHUNK_PEOPLE);
        w->chunk.slots[s] = w->columns[s];
        for (unsigned i = 0; i < w->people; i++) {
            if (!slot->column.is_bits && !slot_is_present(slot)) {
                w->columns[s][i] =
                    (uint8_t)byte_of(&w->person[i], slot->column.name);
            } else if (bit_of(&w->person[i], slot)) {
                w->columns[s][i / 8] |= (uint8_t)(1U << (i % 8));
            }
        }
    }
}

/* ---- the tests ---- */

static bool
has_bit(const uint8_t *bits, unsigned i)
{
    return (bits[i / 8] >> (i % 8) & 1) == 1;
}

static void
check_rules(struct world *w, const uint8_t *bits, Words__Class class_,
            int channel)
{
    struct rules_table table;
    static uint8_t eligible[CHUNK_BIT_BYTES];
    memset(eligible, 0xff, sizeof(eligible));
    struct match_result got = {.eligible = eligible};
    unsigned want[RULES_COUNT] = {0};
    rules_fill(class_, channel, &table);
    match_rules(&w->plan, &w->chunk, bits, &table, &got);
    for (unsigned i = 0; i < CHUNK_PEOPLE; i++) {
        bool is_eligible = false;
        if (has_bit(bits, i)) {
            unsigned state = w->person[i].state[0];
            Words__Rule rule =
                rules_apply(class_, channel, w->person[i].flags,
                            rules_is_place((Words__PlaceState)state));
            want[rule]++;
            is_eligible = rule == WORDS__RULE__RULE_NONE;
        }
        assert_int_equal(has_bit(eligible, i), is_eligible);
    }
    assert_memory_equal(got.counts, want, sizeof(want));
}

static void
check_round(struct world *w)
{
    static struct query query;
    static uint8_t bits[CHUNK_BIT_BYTES];
    char text[QUERY_BYTES_MAX], why[QUERY_WHY_SIZE];
    make_people(w);
    make_query(w, text);
    assert_int_equal(query_parse(text, &query, why), ERR_NONE);
    assert_int_equal(plan_make(&query, &words, "rally", &w->plan, why),
                     ERR_NONE);
    fill_columns(w);
    unsigned got = match_people(&w->plan, &w->chunk, bits), want = 0;
    for (unsigned i = 0; i < CHUNK_PEOPLE; i++) {
        bool is = i < w->people && (w->person[i].flags & FLAG_GONE) == 0 &&
                  matches(&w->person[i], &query);
        want += is;
        if (has_bit(bits, i) != is) {
            fail_msg("seed %u, \"%s\": person %u", w->seed, text, i);
        }
    }
    assert_int_equal(got, want);
    check_rules(w, bits, (Words__Class)(1 + random_below(w, 3)),
                (int)random_below(w, 2));
}

static void
random_audiences_match_whom_a_naive_reading_matches(void **state)
{
    (void)state;
    struct world *w = calloc(1, sizeof(*w));
    for (size_t s = 0; s < PLAN_SLOTS_MAX; s++) {
        w->columns[s] = malloc(CHUNK_PEOPLE);
    }
    for (unsigned round = 0; round < ROUNDS; round++) {
        w->seed = round;
        check_round(w);
    }
    for (size_t s = 0; s < PLAN_SLOTS_MAX; s++) {
        free(w->columns[s]);
    }
    free(w);
}

static void
a_full_chunk_is_counted_to_its_last_person(void **state)
{
    (void)state;
    static struct plan plan;
    static struct query query;
    static uint8_t flags[CHUNK_PEOPLE], bits[CHUNK_BIT_BYTES];
    char why[QUERY_WHY_SIZE];
    assert_int_equal(query_parse("all", &query, why), ERR_NONE);
    assert_int_equal(plan_make(&query, &words, NULL, &plan, why), ERR_NONE);
    assert_int_equal(plan.slot_count, 2);
    struct match_chunk chunk = {.slots = {flags, flags},
                                .people = CHUNK_PEOPLE};
    assert_int_equal(match_people(&plan, &chunk, bits), CHUNK_PEOPLE);
    assert_int_equal(bits[CHUNK_BIT_BYTES - 1], 0xff);
}

static void
an_audience_looks_at_a_column_once(void **state)
{
    (void)state;
    static struct plan plan;
    static struct query query;
    char why[QUERY_WHY_SIZE];
    assert_int_equal(
        query_parse("signedup:rally -signedup:rally consent:sms", &query, why),
        ERR_NONE);
    assert_int_equal(plan_make(&query, &words, "rally", &plan, why), ERR_NONE);
    size_t places = 0; /* c1, w1, o1 … */
    for (size_t i = 1; i < STATES; i++) {
        places += rules_is_place((Words__PlaceState)i);
    }
    assert_int_equal(plan.slot_count, 2 + places); /* flags, flags.1 */
    assert_int_equal(plan.place_slot_count, places);
}

/* Any id is an action, with a number of its own. */
static unsigned
any_action(void *arg, const char *id, const char **id_out)
{
    (void)arg;
    *id_out = id;
    return (unsigned)atoi(id);
}

static void
an_audience_of_too_many_actions_is_refused(void **state)
{
    (void)state;
    static struct plan plan;
    static struct query query;
    char why[QUERY_WHY_SIZE], text[QUERY_BYTES_MAX] = "";
    const struct plan_words all = {.action_number = any_action};
    for (int i = 1; i < PLAN_SLOTS_MAX / 2; i++) { /* two columns each */
        char value[32];
        (void)snprintf(value, sizeof(value), "%s%d",
                       i % 30 == 1 ? " signedup:" : ",", i);
        strcat(text, value);
    }
    assert_int_equal(query_parse(text, &query, why), ERR_NONE);
    assert_int_equal(plan_make(&query, &all, NULL, &plan, why), ERR_NONE);
    strcat(text, ",100");
    assert_int_equal(query_parse(text, &query, why), ERR_NONE);
    assert_int_equal(plan_make(&query, &all, NULL, &plan, why),
                     ERR_BAD_REQUEST);
    assert_non_null(strstr(why, "144 columns"));
}

int
main(void)
{
    for (int i = 0; i < REGIONS; i++) {
        (void)snprintf(region_names[i], sizeof(region_names[i]), "r%d", i);
        regions[i] = region_names[i];
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_audiences_match_whom_a_naive_reading_matches),
        cmocka_unit_test(a_full_chunk_is_counted_to_its_last_person),
        cmocka_unit_test(an_audience_looks_at_a_column_once),
        cmocka_unit_test(an_audience_of_too_many_actions_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
