/* merging -- two records that are one person's become one, and two again. */
#include "services/signup/people/merging.h"

#include <assert.h>
#include <string.h>

#include "services/signup/people/address.h"
#include "services/signup/people/rules.h"

#define CHANNELS 2
#define STATES 16U /* places_before: an action's number times this, plus */

bool
merging_is_shared(const struct record *a, const struct record *b, int channel)
{
    if (channel == 0) {
        return a->phone != 0 && a->phone == b->phone;
    }
    return a->email[0] != '\0' && address_is_same_email(a->email, b->email);
}

static bool
has_contact(const struct record *record, int channel)
{
    return channel == 0 ? record->phone != 0 : record->email[0] != '\0';
}

/* ---- places ---- */

static int
rank_of(uint8_t state)
{
    static const struct {
        uint8_t state;
        int rank;
    } ranks[] = {
#define ROW(name, number) {WORDS__PLACE_STATE__##name, number},
        SIGNUP_RANKS_TABLE(ROW)
#undef ROW
    };
    for (size_t i = 0; i < sizeof(ranks) / sizeof(ranks[0]); i++) {
        if (ranks[i].state == state) {
            return ranks[i].rank;
        }
    }
    return 0;
}

/* On which of the winner's contacts a place of the loser's is not shown: a bit
 * each. */
static uint8_t
hidden_on(const struct merging *m)
{
    uint8_t mask = 0;
    for (int i = 0; i < CHANNELS; i++) {
        bool is_other =
            has_contact(m->winner.record, i) &&
            !merging_is_shared(m->winner.record, m->loser.record, i);
        mask |= (uint8_t)(is_other ? 1U << i : 0);
    }
    return mask;
}

static size_t
count_places(const struct merging *m, bool is_moving)
{
    size_t count = 0;
    for (size_t i = 0; i < m->action_count; i++) {
        count += m->loser.states[i] != WORDS__PLACE_STATE__PLACE_NONE &&
                 (!is_moving ||
                  m->winner.states[i] == WORDS__PLACE_STATE__PLACE_NONE);
    }
    return count;
}

const char *
merging_fault(const struct merging *m)
{
    const struct record *winner = m->winner.record, *loser = m->loser.record;
    const uint32_t believed =
        FLAG_SMS_PROVED | FLAG_EMAIL_PROVED | FLAG_VOUCHED;
    if (m->winner.number == m->loser.number) {
        return "a supporter is not merged with itself";
    }
    if ((*m->winner.flags & believed) == 0 &&
        (*m->loser.flags & believed) != 0) {
        return "nobody has confirmed the supporter to merge into: merge the "
               "other way round";
    }
    if (winner->is_merged || (*m->winner.flags & FLAG_GONE) != 0) {
        return "the supporter to merge into is part of another, or gone";
    }
    if (loser->is_merged || (*m->loser.flags & FLAG_GONE) != 0) {
        return "this supporter is part of another, or gone: split it first";
    }
    if (count_places(m, false) > RECORD_MOVED_MAX) {
        return "this supporter has more than 32 places: merge the other way "
               "round";
    }
    if (winner->hidden_count + count_places(m, true) > RECORD_HIDDEN_MAX) {
        return "too many places have been merged into this supporter";
    }
    return NULL;
}

static void
keep_places(const struct merging *m)
{
    struct record *winner = m->winner.record, *loser = m->loser.record;
    uint8_t hidden = hidden_on(m);
    loser->moved_count = loser->places_before_count = 0;
    loser->winner_before_count = 0;
    for (size_t i = 0; i < m->action_count; i++) {
        uint16_t action = m->actions[i];
        uint8_t was = m->winner.states[i], from = m->loser.states[i];
        if (from == WORDS__PLACE_STATE__PLACE_NONE) {
            continue;
        }
        loser->places_before[loser->places_before_count++] =
            action * STATES + from;
        if (was != WORDS__PLACE_STATE__PLACE_NONE) {
            loser->winner_before[loser->winner_before_count++] =
                action * STATES + was;
            continue;
        }
        loser->moved[loser->moved_count++] = action;
        if (hidden != 0) {
            winner->hidden[winner->hidden_count++] =
                (uint32_t)action << CHANNELS | hidden;
        }
    }
}

bool
merging_is_seen(const struct record *record, uint16_t action, int channel)
{
    for (size_t i = 0; i < record->hidden_count; i++) {
        if (record->hidden[i] >> CHANNELS == action &&
            (record->hidden[i] >> channel & 1) != 0) {
            return false;
        }
    }
    return true;
}

/* ---- consents and contacts ---- */

static void
take_consent(const struct merging *m, int channel)
{
    uint32_t *flags = m->winner.flags, theirs = *m->loser.flags;
    uint32_t no =
        theirs &
        (FLAG_WITHDRAWN(channel) | FLAG_SERVICE_OFF(channel) |
         FLAG_SUPPRESSED(channel) | (channel == 0 ? FLAG_SMS_STOP : 0));
    *flags |= no;
    if ((no & FLAG_WITHDRAWN(channel)) != 0) {
        *flags &= ~(uint32_t)FLAG_GIVEN(channel);
        return;
    }
    uint32_t said = FLAG_GIVEN(channel) | FLAG_WITHDRAWN(channel);
    const struct record_given *given =
        record_find_given(m->loser.record, channel);
    if (given != NULL && (theirs & FLAG_GIVEN(channel)) != 0 &&
        (*flags & said) == 0) {
        (void)record_apply_consent(m->winner.record, flags, given, false);
    }
}

static void
set_contact(struct record *to, const struct record *from, int channel)
{
    if (channel == 0) {
        to->phone = from->phone;
    } else {
        memcpy(to->email, from->email, sizeof(to->email));
    }
    to->salts[channel] = has_contact(from, channel) ? record_new_salt() : 0;
    to->proved_at_ms[channel] = from->proved_at_ms[channel];
}

static void
lend_contact(const struct merging *m, int channel)
{
    struct record *winner = m->winner.record, *loser = m->loser.record;
    if (channel == 0) {
        loser->winner_phone = winner->phone;
    } else {
        memcpy(loser->winner_email, winner->email, sizeof(winner->email));
    }
    loser->lent_contacts |= 1U << channel;
    set_contact(winner, loser, channel);
}

/* What the winner has so far was not made with that contact. */
static void
hide_own_places(const struct merging *m, int channel)
{
    struct record *winner = m->winner.record;
    for (size_t i = 0; i < m->action_count; i++) {
        if (m->winner.states[i] != WORDS__PLACE_STATE__PLACE_NONE) {
            winner->hidden[winner->hidden_count++] =
                (uint32_t)m->actions[i] << CHANNELS | 1U << channel;
        }
    }
}

static size_t
count_own_places(const struct merging *m)
{
    size_t count = 0;
    for (size_t i = 0; i < m->action_count; i++) {
        count += m->winner.states[i] != WORDS__PLACE_STATE__PLACE_NONE;
    }
    return count;
}

static bool
is_known(uint32_t flags)
{
    return (flags & (FLAG_SMS_PROVED | FLAG_EMAIL_PROVED | FLAG_VOUCHED)) != 0;
}

/* One that was typed beside the one that is proved waits in the winner's record
 * for its own proof: without a flag it is neither used nor found by, and links
 * that were made of the loser's lead nowhere. */
static void
take_typed(const struct merging *m, int channel)
{
    struct record *winner = m->winner.record, *loser = m->loser.record;
    size_t hidden = winner->hidden_count + count_places(m, true);
    if (has_contact(winner, channel) || !has_contact(loser, channel) ||
        (*m->loser.flags & FLAG_SUPPRESSED(channel)) != 0 ||
        !is_known(*m->winner.flags) ||
        hidden + count_own_places(m) > RECORD_HIDDEN_MAX) {
        return;
    }
    lend_contact(m, channel);
    loser->salts[channel] = record_new_salt();
    hide_own_places(m, channel);
    *m->winner.flags &=
        ~(uint32_t)(FLAG_PROVED(channel) | FLAG_CONTACT(channel));
}

/* Where the winner has none, one that is vouched for is as good as a proved
 * one; instead of her own, only a proved one. */
static void
take_contact(const struct merging *m, int channel)
{
    const struct record *winner = m->winner.record;
    uint32_t theirs = *m->loser.flags;
    bool is_proved = (theirs & FLAG_PROVED(channel)) != 0;
    bool is_believed = is_proved || ((theirs & FLAG_VOUCHED) != 0 &&
                                     !has_contact(winner, channel));
    if ((theirs & FLAG_CONTACT(channel)) == 0 || !is_believed) {
        take_typed(m, channel);
        return;
    }
    lend_contact(m, channel);
    *m->winner.flags &=
        ~(uint32_t)(FLAG_PROVED(channel) | FLAG_SUPPRESSED(channel) |
                    (channel == 0 ? FLAG_SMS_STOP : 0));
    *m->winner.flags |= theirs & (FLAG_PROVED(channel) | FLAG_CONTACT(channel));
    take_consent(m, channel);
}

static void
take_said(const struct merging *m)
{
    m->loser.record->lent_columns = 0;
    for (int a = 0; a < ATTRIBUTE_COUNT; a++) {
        if (m->winner.said[a] == 0 && m->loser.said[a] != 0) {
            m->winner.said[a] = m->loser.said[a];
            m->loser.record->lent_columns |= 1U << a;
        }
    }
}

static void
let_said_go(const struct merging *m)
{
    for (int a = 0; a < ATTRIBUTE_COUNT; a++) {
        bool is_lent = (m->loser.record->lent_columns >> a & 1) != 0;
        if (is_lent && m->winner.said[a] == m->loser.said[a]) {
            m->winner.said[a] = 0;
        }
    }
    m->loser.record->lent_columns = 0;
}

void
merging_join(const struct merging *m, bool takes_contacts)
{
    struct record *winner = m->winner.record, *loser = m->loser.record;
    uint32_t before = *m->winner.flags;
    assert(merging_fault(m) == NULL);
    for (int i = 0; i < CHANNELS; i++) {
        if (merging_is_shared(winner, loser, i)) {
            take_consent(m, i);
        } else if (takes_contacts) {
            take_contact(m, i);
        }
    }
    keep_places(m);
    take_said(m);
    loser->is_merged = true;
    loser->into = m->winner.number;
    loser->flags_before = *m->loser.flags;
    loser->flags_lent = *m->winner.flags & ~before & ~(uint32_t)FLAG_SMS_STOP;
    loser->flags_taken = before & ~*m->winner.flags;
    *m->loser.flags |= FLAG_GONE;
}

/* ---- apart again ---- */

static bool
has_moved(const struct record *loser, uint16_t action)
{
    for (size_t i = 0; i < loser->moved_count; i++) {
        if (loser->moved[i] == action) {
            return true;
        }
    }
    return false;
}

static void
let_hidden_go(struct record *winner, const struct record *loser)
{
    size_t kept = 0;
    for (size_t i = 0; i < winner->hidden_count; i++) {
        if (!has_moved(loser, (uint16_t)(winner->hidden[i] >> CHANNELS))) {
            winner->hidden[kept++] = winner->hidden[i];
        }
    }
    winner->hidden_count = kept;
}

/* Without a contact there is nobody to hide anything from. */
static void
show_all_on(struct record *winner, int channel)
{
    size_t kept = 0;
    for (size_t i = 0; i < winner->hidden_count; i++) {
        uint32_t hidden = winner->hidden[i] & ~(1U << channel);
        if ((hidden & ((1U << CHANNELS) - 1)) != 0) {
            winner->hidden[kept++] = hidden;
        }
    }
    winner->hidden_count = kept;
}

/* One that waited for its proof, and has it now, is hers for good. */
static bool
is_hers(const struct merging *m, int channel)
{
    uint32_t known = FLAG_PROVED(channel) | FLAG_VOUCHED;
    return (m->loser.record->flags_before & known) == 0 &&
           (*m->winner.flags & FLAG_PROVED(channel)) != 0;
}

/* Contacts that came with the loser go with it, unless she has yet another by
 * now. */
static void
let_contacts_go(const struct merging *m)
{
    struct record *winner = m->winner.record, *loser = m->loser.record;
    struct record before = {.phone = loser->winner_phone};
    memcpy(before.email, loser->winner_email, sizeof(before.email));
    for (int i = 0; i < CHANNELS; i++) {
        if ((loser->lent_contacts >> i & 1) != 0 && !is_hers(m, i) &&
            merging_is_shared(winner, loser, i)) {
            set_contact(winner, &before, i);
            if (!has_contact(winner, i)) {
                show_all_on(winner, i);
            }
        }
    }
    loser->lent_contacts = 0;
    loser->winner_phone = 0;
    loser->winner_email[0] = '\0';
}

/* What the winner's record says since, because the loser had said it. */
static void
let_consents_go(const struct merging *m)
{
    struct record *winner = m->winner.record;
    for (int i = 0; i < CHANNELS; i++) {
        const struct record_given *lent = record_find_given(m->loser.record, i);
        const struct record_given *has = record_find_given(winner, i);
        if ((m->loser.record->flags_lent & FLAG_GIVEN(i)) == 0 ||
            lent == NULL || has == NULL || lent->at_ms != has->at_ms ||
            lent->evidence != has->evidence) {
            continue;
        }
        size_t at = (size_t)(has - winner->given);
        winner->given_count--;
        memmove(&winner->given[at], &winner->given[at + 1],
                (winner->given_count - at) * sizeof(winner->given[0]));
    }
}

static uint8_t
state_at(const struct merging *m, const struct merging_person *person,
         uint16_t action)
{
    for (size_t i = 0; i < m->action_count; i++) {
        if (m->actions[i] == action) {
            return person->states[i];
        }
    }
    return WORDS__PLACE_STATE__PLACE_NONE;
}

static uint8_t
find_before(const uint32_t *list, size_t count, uint16_t action)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i] / STATES == action) {
            return (uint8_t)(list[i] % STATES);
        }
    }
    return WORDS__PLACE_STATE__PLACE_NONE;
}

uint8_t
merging_winner_before(const struct record *loser, uint16_t action)
{
    return find_before(loser->winner_before, loser->winner_before_count,
                       action);
}

/* What moved comes back as it is now, given up if it was; of two that became
 * one, each gets its own, unless the one was given up. */
static struct merging_split
split_place(const struct merging *m, uint16_t action, uint8_t before)
{
    const struct record *loser = m->loser.record;
    uint8_t now = state_at(m, &m->winner, action);
    uint8_t was =
        find_before(loser->winner_before, loser->winner_before_count, action);
    struct merging_split split = {action, before, now};
    bool is_given_up = now == WORDS__PLACE_STATE__PLACE_CANCELLED;
    if (was == WORDS__PLACE_STATE__PLACE_NONE) {
        split.loser = is_given_up ? now : before;
        split.winner = was;
    } else if (!is_given_up && rank_of(before) > rank_of(was)) {
        split.winner = was;
    }
    return split;
}

uint8_t
merging_best(uint8_t a, uint8_t b)
{
    return rank_of(a) > rank_of(b) ? a : b;
}

size_t
merging_undo(const struct merging *m, struct merging_split *out)
{
    struct record *winner = m->winner.record, *loser = m->loser.record;
    size_t count = loser->places_before_count;
    for (size_t i = 0; i < count; i++) {
        uint32_t before = loser->places_before[i];
        out[i] = split_place(m, (uint16_t)(before / STATES),
                             (uint8_t)(before % STATES));
    }
    let_contacts_go(m);
    let_consents_go(m);
    let_said_go(m);
    let_hidden_go(winner, loser);
    *m->winner.flags =
        (*m->winner.flags & ~loser->flags_lent) | loser->flags_taken;
    *m->loser.flags = loser->flags_before;
    loser->is_merged = false;
    loser->into = loser->flags_before = 0;
    loser->flags_lent = loser->flags_taken = 0;
    loser->moved_count = loser->places_before_count = 0;
    loser->winner_before_count = 0;
    return count;
}
