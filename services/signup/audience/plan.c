/* plan -- a parsed audience bound to one campaign's words. */
#include "services/signup/audience/plan.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "services/signup/people/rules.h"

static const char *const format_names[] = {"plain", "easy-read", "welsh",
                                           "large-print"};

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

static enum err
get_bit_slot(struct making *m, char state, unsigned action, size_t *out)
{
    struct slot slot = {.column.is_bits = true};
    (void)snprintf(slot.column.name, sizeof(slot.column.name), "%c%u", state,
                   action);
    return get_slot(m, &slot, out);
}

/* What a term's values may be. Columns hold an index + base; 0 is "not said"
 * where base is 1. */
struct allowed {
    char *const *list;
    size_t count, base;
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

static enum err
want_indexes(struct making *m, const struct query_term *from,
             const struct allowed *allowed, struct plan_term *to)
{
    for (size_t v = 0; v < from->value_count; v++) {
        size_t i = 0;
        while (i < allowed->count &&
               strcmp(allowed->list[i], from->values[v]) != 0) {
            i++;
        }
        if (i == allowed->count) {
            return refuse_value(m, from->kind, from->values[v], allowed);
        }
        to->wanted[(i + allowed->base) & 0xff] = true;
    }
    to->has_bytes = true;
    return get_byte_slot(m, query_kind_name(from->kind), &to->byte_slot);
}

static enum err
make_role(struct making *m, const struct query_term *from, struct plan_term *to)
{
    return want_indexes(
        m, from, &(struct allowed){m->words->roles, m->words->role_count, 1},
        to);
}

static enum err
make_region(struct making *m, const struct query_term *from,
            struct plan_term *to)
{
    return want_indexes(
        m, from,
        &(struct allowed){m->words->regions, m->words->region_count, 1}, to);
}

static enum err
make_format(struct making *m, const struct query_term *from,
            struct plan_term *to)
{
    return want_indexes(
        m, from,
        &(struct allowed){(char *const *)format_names,
                          sizeof(format_names) / sizeof(format_names[0]), 0},
        to);
}

static enum err
make_consent(struct making *m, const struct query_term *from,
             struct plan_term *to)
{
    static const char *const channels[] = {"sms", "email"};
    for (size_t v = 0; v < from->value_count; v++) {
        bool is_sms = strcmp(from->values[v], channels[0]) == 0;
        if (!is_sms && strcmp(from->values[v], channels[1]) != 0) {
            return refuse_value(
                m, from->kind, from->values[v],
                &(struct allowed){(char *const *)channels, 2, 0});
        }
        for (unsigned flags = 0; flags < 256; flags++) {
            to->wanted[flags] |=
                rules_has_consent((uint8_t)flags, is_sms ? 0 : 1);
        }
    }
    to->has_bytes = true;
    to->byte_slot = PLAN_SLOT_FLAGS;
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
want_places(struct making *m, const struct query_term *from, char state,
            struct plan_term *to)
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

static enum err
make_signedup(struct making *m, const struct query_term *from,
              struct plan_term *to)
{
    return want_places(m, from, 'c', to);
}

static enum err
make_waitlisted(struct making *m, const struct query_term *from,
                struct plan_term *to)
{
    return want_places(m, from, 'w', to);
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

static enum err (*const makers[QUERY_KIND_COUNT])(struct making *,
                                                  const struct query_term *,
                                                  struct plan_term *) = {
    [QUERY_ALL] = make_all,
    [QUERY_ROLE] = make_role,
    [QUERY_REGION] = make_region,
    [QUERY_SIGNEDUP] = make_signedup,
    [QUERY_WAITLISTED] = make_waitlisted,
    [QUERY_IN] = make_in,
    [QUERY_FORMAT] = make_format,
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
    m->plan->has_place = true;
    for (size_t i = 0; i < 3; i++) {
        enum err err =
            get_bit_slot(m, "cwo"[i], number, &m -> plan -> place_slots[i]);
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
    size_t flags;
    enum err err = get_byte_slot(&m, "flags", &flags);
    if (err == ERR_NONE && action != NULL) {
        err = make_place(&m, action);
    }
    assert(err != ERR_NONE || flags == PLAN_SLOT_FLAGS);
    for (size_t i = 0; i < query->term_count && err == ERR_NONE; i++) {
        const struct query_term *from = &query->terms[i];
        struct plan_term *to = &out->terms[out->term_count++];
        to->is_not = from->is_not;
        err = makers[from->kind](&m, from, to);
    }
    return err;
}
