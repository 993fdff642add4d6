/* plan -- a parsed audience bound to one campaign's words. */
#include "services/signup/audience/plan.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "services/signup/people/rules.h"

bool
slot_is_present(const struct slot *slot)
{
    return slot->action != NULL;
}

struct making {
    const struct plan_words *words;
    struct plan *plan;
    char *why; /* QUERY_WHY_SIZE */
};

/* PLAN_SLOTS_MAX is reached: ERR_BAD_REQUEST. */
static enum err
get_slot(struct making *m, const struct slot *wanted, size_t *out)
{
    struct plan *plan = m->plan;
    for (size_t i = 0; i < plan->slot_count; i++) {
        const struct slot *slot = &plan->slots[i];
        if (slot->action == wanted->action &&
            strcmp(slot->column.name, wanted->column.name) == 0) {
            *out = i;
            return ERR_NONE;
        }
    }
    if (plan->slot_count == PLAN_SLOTS_MAX) {
        (void)snprintf(m->why, QUERY_WHY_SIZE,
                       "an audience looks at no more than %d columns; name "
                       "fewer actions",
                       PLAN_SLOTS_MAX);
        return ERR_BAD_REQUEST;
    }
    *out = plan->slot_count;
    plan->slots[plan->slot_count++] = *wanted;
    return ERR_NONE;
}

static enum err
get_byte_slot(struct making *m, const char *column, size_t *out)
{
    struct slot slot = {.action = NULL};
    (void)snprintf(slot.column.name, sizeof(slot.column.name), "%s", column);
    return get_slot(m, &slot, out);
}

#define PLACE_LETTER(state, letter, counter)                                   \
    [WORDS__PLACE_STATE__##state] = #letter,
static const char *const place_letters[] = {SIGNUP_PLACES_TABLE(PLACE_LETTER)};

static enum err
get_bit_slot(struct making *m, Words__PlaceState state, unsigned action,
             size_t *out)
{
    struct slot slot = {.column.is_bits = true};
    (void)snprintf(slot.column.name, sizeof(slot.column.name), "%s%u",
                   place_letters[state], action);
    return get_slot(m, &slot, out);
}

/* What a term's values may be. */
struct allowed {
    char *const *list;
    size_t count;
};

/* "role:x: not one of this campaign's: a, b" */
static enum err
refuse_value(struct making *m, enum query_kind kind, const char *value,
             const struct allowed *allowed)
{
    int n = snprintf(
        m->why, QUERY_WHY_SIZE,
        "%s:%s: not one of this campaign's: ", query_kind_name(kind), value);
    for (size_t i = 0; i < allowed->count && n > 0 && n < QUERY_WHY_SIZE; i++) {
        n += snprintf(m->why + n, QUERY_WHY_SIZE - (size_t)n, "%s%s",
                      i == 0 ? "" : ", ", allowed->list[i]);
    }
    return ERR_BAD_REQUEST;
}

static void
want_value(struct plan_term *to, size_t value)
{
    uint8_t *page = &to->page_of[value >> 8 & 0xff];
    if (*page == 0) {
        *page = (uint8_t)++to->page_count;
    }
    to->wanted[*page][value & 0xff] = true;
}

static enum err
get_byte_slots(struct making *m, const struct attribute *attribute,
               struct plan_term *to)
{
    enum err err =
        get_byte_slot(m, attribute->name, &to->byte_slots[to->byte_count++]);
    while (err == ERR_NONE && to->byte_count < attribute->bytes) {
        char column[COLUMN_NAME_SIZE];
        (void)snprintf(column, sizeof(column), "%.20s.%u", attribute->name,
                       (unsigned)to->byte_count);
        err = get_byte_slot(m, column, &to->byte_slots[to->byte_count++]);
    }
    return err;
}

/* Columns hold an index; in a campaign's own lists 0 is "not said". */
static enum err
make_attribute(struct making *m, const struct query_term *from,
               struct plan_term *to)
{
    int a = (int)from->kind - QUERY_ATTRIBUTES;
    const struct attribute *attribute = &attributes[a];
    bool is_fixed = attribute->fixed != NULL;
    const struct allowed allowed = {
        is_fixed ? attribute->fixed : m->words->lists[a],
        is_fixed ? attribute->words_max : m->words->counts[a]};
    for (size_t v = 0; v < from->value_count; v++) {
        size_t i = 0;
        while (i < allowed.count &&
               strcmp(allowed.list[i], from->values[v]) != 0) {
            i++;
        }
        if (i == allowed.count) {
            return refuse_value(m, from->kind, from->values[v], &allowed);
        }
        want_value(to, is_fixed ? i : i + 1);
    }
    return get_byte_slots(m, attribute, to);
}

static enum err
make_consent(struct making *m, const struct query_term *from,
             struct plan_term *to)
{
    static char *const channels[] = {"sms", "email"};
    for (size_t v = 0; v < from->value_count; v++) {
        bool is_sms = strcmp(from->values[v], channels[0]) == 0;
        if (!is_sms && strcmp(from->values[v], channels[1]) != 0) {
            return refuse_value(m, from->kind, from->values[v],
                                &(struct allowed){channels, 2});
        }
        for (uint32_t flags = 0; flags < 256; flags++) { /* the low byte */
            if (rules_has_consent(flags, is_sms ? 0 : 1)) {
                want_value(to, flags);
            }
        }
    }
    to->byte_slots[to->byte_count++] = PLAN_SLOT_FLAGS;
    return ERR_NONE;
}

static unsigned
find_action(struct making *m, const char *id, const char **id_out)
{
    unsigned number = m->words->action_number(m->words->arg, id, id_out);
    if (number == 0) {
        (void)snprintf(m->why, QUERY_WHY_SIZE,
                       "%.40s: this campaign has no such action", id);
    }
    return number;
}

static enum err
want_places(struct making *m, const struct query_term *from,
            Words__PlaceState state, struct plan_term *to)
{
    for (size_t v = 0; v < from->value_count; v++) {
        const char *id;
        unsigned number = find_action(m, from->values[v], &id);
        if (number == 0) {
            return ERR_NOT_FOUND;
        }
        enum err err = get_bit_slot(m, state, number,
                                    &to->bit_slots[to->bit_slot_count++]);
        if (err != ERR_NONE) {
            return err;
        }
    }
    return ERR_NONE;
}

/* Whoever has a seat, also one that is held until she confirms: what is said
 * of an action to those who come is said to her. The rules keep back what the
 * unproved are not to get. */
static enum err
make_signedup(struct making *m, const struct query_term *from,
              struct plan_term *to)
{
    enum err err =
        want_places(m, from, WORDS__PLACE_STATE__PLACE_CONFIRMED, to);
    return err != ERR_NONE
               ? err
               : want_places(m, from, WORDS__PLACE_STATE__PLACE_HELD, to);
}

static enum err
make_waitlisted(struct making *m, const struct query_term *from,
                struct plan_term *to)
{
    return want_places(m, from, WORDS__PLACE_STATE__PLACE_WAITLISTED, to);
}

static enum err
make_in(struct making *m, const struct query_term *from, struct plan_term *to)
{
    for (size_t v = 0; v < from->value_count; v++) {
        struct slot slot = {.action = NULL};
        if (find_action(m, from->values[v], &slot.action) == 0) {
            return ERR_NOT_FOUND;
        }
        enum err err = get_slot(m, &slot, &to->bit_slots[to->bit_slot_count++]);
        if (err != ERR_NONE) {
            return err;
        }
    }
    return ERR_NONE;
}

static enum err
make_all(struct making *m, const struct query_term *from, struct plan_term *to)
{
    (void)m;
    (void)from;
    to->is_all = true;
    return ERR_NONE;
}

typedef enum err maker(struct making *m, const struct query_term *from,
                       struct plan_term *to);

static maker *const makers[QUERY_ATTRIBUTES] = {
    [QUERY_ALL] = make_all,
    [QUERY_SIGNEDUP] = make_signedup,
    [QUERY_WAITLISTED] = make_waitlisted,
    [QUERY_IN] = make_in,
    [QUERY_CONSENT] = make_consent,
};

static enum err
make_place(struct making *m, const char *action)
{
    const char *id;
    unsigned number = find_action(m, action, &id);
    if (number == 0) {
        return ERR_NOT_FOUND;
    }
    const size_t states = sizeof(place_letters) / sizeof(place_letters[0]);
    static_assert(sizeof(place_letters) / sizeof(place_letters[0]) <=
                      PLAN_PLACES_MAX,
                  "a plan has a slot for each state of a place");
    for (size_t state = 1; state < states; state++) {
        if (!rules_is_place((Words__PlaceState)state)) {
            continue;
        }
        size_t *slot = &m->plan->place_slots[m->plan->place_slot_count++];
        enum err err = get_bit_slot(m, (Words__PlaceState)state, number, slot);
        if (err != ERR_NONE) {
            return err;
        }
    }
    return ERR_NONE;
}

enum err
plan_make(const struct query *query, const struct plan_words *words,
          const char *action, struct plan *out, char why[QUERY_WHY_SIZE])
{
    memset(out, 0, sizeof(*out));
    struct making m = {words, out, why};
    size_t flags, high;
    enum err err = get_byte_slot(&m, "flags", &flags);
    if (err == ERR_NONE) {
        err = get_byte_slot(&m, "flags.1", &high);
    }
    if (err == ERR_NONE && action != NULL) {
        err = make_place(&m, action);
    }
    assert(err != ERR_NONE ||
           (flags == PLAN_SLOT_FLAGS && high == PLAN_SLOT_FLAGS_HIGH));
    for (size_t i = 0; i < query->term_count && err == ERR_NONE; i++) {
        const struct query_term *from = &query->terms[i];
        struct plan_term *to = &out->terms[out->term_count++];
        to->is_not = from->is_not;
        maker *make =
            from->kind < QUERY_ATTRIBUTES ? makers[from->kind] : make_attribute;
        err = make(&m, from, to);
    }
    return err;
}
