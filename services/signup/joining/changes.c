/* changes -- what is to be done to people of one contact, all or nothing. */
#include "services/signup/joining/changes.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/signup/keep/feed.h"
#include "services/signup/people/address.h"
#include "services/signup/people/rules.h"

#define NUMBER_SIZE 24

enum phase {
    PHASE_PROVED, /* places, before the flags */
    PHASE_FLAGS,
    PHASE_MOVED,
    PHASE_GONE,
    PHASE_REST,
};

struct changes *
changes_new(struct campaign *campaign)
{
    struct changes *c = mem_new(sizeof(*c));
    c->campaign = campaign;
    buf_init(&c->seen, 0);
    buf_init(&c->lists, 0);
    buf_init(&c->places, 0);
    for (size_t i = 0; i < CHANGES_PHASES; i++) {
        buf_init(&c->phases[i], 0);
    }
    for (size_t i = 0; i < CHANGES_NOTES_MAX; i++) {
        buf_init(&c->notes[i], 0);
    }
    return c;
}

void
changes_free(struct changes **changes)
{
    struct changes *c = *changes;
    if (c == NULL) {
        return;
    }
    buf_fini(&c->seen);
    buf_fini(&c->lists);
    buf_fini(&c->places);
    for (size_t i = 0; i < CHANGES_PHASES; i++) {
        buf_fini(&c->phases[i]);
    }
    for (size_t i = 0; i < CHANGES_NOTES_MAX; i++) {
        buf_fini(&c->notes[i]);
    }
    free(c);
    *changes = NULL;
}

bool
changes_is_empty(const struct changes *c)
{
    size_t len = c->note_count;
    for (size_t i = 0; i < CHANGES_PHASES; i++) {
        len += c->phases[i].len;
    }
    return len == 0;
}

/* ---- what was decided on ---- */

void
changes_see(struct changes *c, const struct roster_person *person)
{
    join_seen_row_append(
        &c->seen,
        &(struct join_seen_row){
            .number = person->number,
            .flags = person->flags,
            .version = bytes_of(person->version, RECORD_VERSION_BYTES)});
}

void
changes_see_index(struct changes *c, const uint8_t *hash,
                  const struct buf *people)
{
    struct join_list_row row = {.people = bytes_of(people->data, people->len)};
    memcpy(row.hash, hash, sizeof(row.hash));
    join_list_row_append(&c->lists, &row);
}

void
changes_see_places(struct changes *c, const struct roster *roster,
                   const struct roster_person *person)
{
    for (size_t i = 0; i < roster->action_count; i++) {
        if (person->states[i] != WORDS__PLACE_STATE__PLACE_NONE) {
            join_place_row_append(&c->places, &(struct join_place_row){
                                                  .action = roster->actions[i],
                                                  .number = person->number,
                                                  .state = person->states[i]});
        }
    }
}

/* ---- places ---- */

static void
add_action(struct changes *c, enum phase phase, enum join_step step,
           const struct join_action_row *row)
{
    c->actions[row->action / 8] |= (uint8_t)(1U << row->action % 8);
    buf_add_byte(&c->phases[phase], (uint8_t)step);
    join_action_row_append(&c->phases[phase], row);
}

/* A step for each place that whose has. */
struct step {
    enum phase phase;
    enum join_step step;
    struct join_action_row row; /* its action is each in turn */
};

static void
add_places(struct changes *c, const struct roster *roster,
           const struct roster_person *whose, struct step step)
{
    for (size_t i = 0; i < roster->action_count; i++) {
        if (whose->states[i] != WORDS__PLACE_STATE__PLACE_NONE) {
            step.row.action = roster->actions[i];
            add_action(c, step.phase, step.step, &step.row);
        }
    }
}

void
changes_prove_places(struct changes *c, const struct roster *roster,
                     const struct roster_person *person)
{
    struct join_action_row row = {.number = person->number};
    add_places(c, roster, person, (struct step){PHASE_PROVED, JOIN_PROVE, row});
    add_places(c, roster, person, (struct step){PHASE_REST, JOIN_SETTLE, row});
}

void
changes_move_places(struct changes *c, const struct roster *roster,
                    const struct roster_person *loser,
                    const struct roster_person *winner)
{
    struct join_action_row row = {.number = winner->number,
                                  .other = loser->number};
    add_places(c, roster, loser, (struct step){PHASE_MOVED, JOIN_MOVE, row});
}

void
changes_take_back(struct changes *c, const struct merging_split *split,
                  uint32_t loser, uint32_t winner)
{
    add_action(c, PHASE_MOVED, JOIN_TAKE_BACK,
               &(struct join_action_row){.action = split->action,
                                         .number = loser,
                                         .other = winner,
                                         .state = split->loser,
                                         .left = split->winner});
}

void
changes_drop_places(struct changes *c, const struct roster *roster,
                    const struct roster_person *person)
{
    struct join_action_row row = {.number = person->number};
    add_places(c, roster, person, (struct step){PHASE_MOVED, JOIN_DROP, row});
}

/* ---- who they are ---- */

static void
add_flags(struct changes *c, const struct roster_person *person)
{
    enum phase phase =
        (person->flags & FLAG_GONE) != 0 ? PHASE_GONE : PHASE_FLAGS;
    buf_add_byte(&c->phases[phase], JOIN_FLAGS);
    join_flags_row_append(&c->phases[phase],
                          &(struct join_flags_row){.number = person->number,
                                                   .flags = person->flags});
}

static void
add_record(struct changes *c, uint32_t number, struct bytes sealed)
{
    buf_add_byte(&c->phases[PHASE_REST], JOIN_RECORD);
    join_record_row_append(
        &c->phases[PHASE_REST],
        &(struct join_record_row){.number = number, .record = sealed});
}

static void
add_said(struct changes *c, const struct roster_person *person)
{
    for (int a = 0; a < ATTRIBUTE_COUNT; a++) {
        if (person->said[a] != person->was_said[a]) {
            buf_add_byte(&c->phases[PHASE_FLAGS], JOIN_SAY);
            join_say_row_append(
                &c->phases[PHASE_FLAGS],
                &(struct join_say_row){.number = person->number,
                                       .column = (uint8_t)a,
                                       .value = person->said[a]});
        }
    }
}

void
changes_write(struct changes *c, const struct roster_person *person)
{
    struct buf sealed;
    buf_init(&sealed, 0);
    record_seal(&c->campaign->signup->keys->record, c->campaign->id,
                &person->record, &sealed);
    add_flags(c, person);
    add_said(c, person);
    add_record(c, person->number, bytes_of(sealed.data, sealed.len));
    buf_fini(&sealed);
}

void
changes_forget(struct changes *c, const struct roster_person *person)
{
    add_flags(c, person);
    add_record(c, person->number, bytes_of("", 0));
}

static void
add_index(struct changes *c, enum join_step step,
          const struct changes_contact *contact, bool is_in, const char *name)
{
    struct join_index_row row = {.number = contact->number, .is_in = is_in};
    memcpy(row.hash, contact->hash, sizeof(row.hash));
    if (name != NULL) {
        address_hash_name(c->campaign->signup->keys, c->campaign->id, name,
                          row.name);
    }
    buf_add_byte(&c->phases[PHASE_REST], (uint8_t)step);
    join_index_row_append(&c->phases[PHASE_REST], &row);
}

void
changes_index(struct changes *c, const struct changes_contact *contact,
              bool is_in)
{
    add_index(c, JOIN_INDEX, contact, is_in, NULL);
}

void
changes_entry(struct changes *c, const struct changes_contact *contact,
              const char *name, bool is_in)
{
    add_index(c, JOIN_ENTRY, contact, is_in, name);
}

void
changes_hear(struct changes *c, const struct changes_contact *contact,
             bool is_new)
{
    struct join_hear_row row = {.number = contact->number,
                                .is_new = is_new,
                                .channel = (uint8_t)(contact->channel + 1)};
    memcpy(row.hash, contact->hash, sizeof(row.hash));
    buf_add_byte(&c->phases[PHASE_REST], JOIN_HEAR);
    join_hear_row_append(&c->phases[PHASE_REST], &row);
}

void
changes_said(struct changes *c, const uint8_t *hash, unsigned what, bool is_in)
{
    struct join_said_row row = {.what = (uint8_t)what, .is_in = is_in};
    memcpy(row.hash, hash, sizeof(row.hash));
    buf_add_byte(&c->phases[PHASE_REST], JOIN_SAID);
    join_said_row_append(&c->phases[PHASE_REST], &row);
}

void
changes_keep(struct changes *c, const struct withdrawn_row *word)
{
    keeper_say(&c->words, word->what, word->number, word->hash);
    c->words.list[c->words.count - 1].is_lifted = word->is_lifted;
}

void
changes_fold(struct changes *c, uint32_t number, uint32_t into)
{
    bool is_folded = into != CHANGES_NOBODY;
    buf_add_byte(&c->phases[PHASE_REST], JOIN_FOLD);
    join_fold_row_append(&c->phases[PHASE_REST],
                         &(struct join_fold_row){.number = number,
                                                 .is_folded = is_folded,
                                                 .into = is_folded ? into : 0});
}

void
changes_due(struct changes *c, uint32_t number, int64_t at_ms)
{
    buf_add_byte(&c->phases[PHASE_REST], JOIN_DUE);
    join_due_row_append(
        &c->phases[PHASE_REST],
        &(struct join_due_row){.number = number, .at = (uint64_t)at_ms});
}

void
changes_look(struct changes *c, uint32_t number)
{
    buf_add_byte(&c->phases[PHASE_REST], JOIN_LOOK);
    join_look_row_append(&c->phases[PHASE_REST],
                         &(struct join_look_row){.number = number});
}

void
changes_note(struct changes *c, const struct note *note)
{
    assert(c->note_count < CHANGES_NOTES_MAX);
    note_pack(c->campaign, note, &c->notes[c->note_count++]);
}

/* ---- all at once ---- */

struct running {
    struct campaign *campaign;
    changes_cb *cb;
    void *arg;
};

static void
run_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct running *running = arg;
    bool done = err == ERR_NONE && reply->type != STORE_STRING;
    if (done) {
        feed_flow_announce(running->campaign->signup, running->campaign->id,
                           (uint64_t)reply->integer);
    }
    running->cb(running->arg, err, done);
    free(running);
}

static void
add_slugs(const struct changes *c, struct buf *to)
{
    for (size_t i = 0; i < c->campaign->action_count; i++) {
        const struct campaign_action *action = c->campaign->actions[i];
        if ((c->actions[action->number / 8] >> action->number % 8 & 1) != 0) {
            signup_slug_row_append(
                to, &(struct signup_slug_row){
                        .number = action->number,
                        .slug = bytes_of(action->slug_field.data,
                                         action->slug_field.len)});
        }
    }
}

static struct bytes
bytes_in(const struct buf *buf)
{
    return bytes_of(buf->data, buf->len);
}

void
changes_run(struct changes *c, changes_cb *cb, void *arg)
{
    struct running *running = mem_new(sizeof(*running));
    *running = (struct running){c->campaign, cb, arg};
    struct buf tail, slugs, steps;
    char now[NUMBER_SIZE];
    buf_init(&tail, 0);
    buf_init(&slugs, 0);
    buf_init(&steps, 0);
    (void)snprintf(now, sizeof(now), "%" PRId64, clock_wall_ms());
    feed_flow_add_tail(&tail);
    add_slugs(c, &slugs);
    for (size_t i = 0; i < CHANGES_PHASES; i++) {
        buf_add(&steps, c->phases[i].data, c->phases[i].len);
    }
    struct bytes args[JOIN_ARG_NOTES + CHANGES_NOTES_MAX] = {
        [JOIN_ARG_EVENT_TAIL] = bytes_in(&tail),
        [JOIN_ARG_SLUGS] = bytes_in(&slugs),
        [JOIN_ARG_SEEN] = bytes_in(&c->seen),
        [JOIN_ARG_LISTS] = bytes_in(&c->lists),
        [JOIN_ARG_PLACES] = bytes_in(&c->places),
        [JOIN_ARG_STEPS] = bytes_in(&steps),
        [JOIN_ARG_NOW] = bytes_of_string(now)};
    for (size_t i = 0; i < c->note_count; i++) {
        args[JOIN_ARG_NOTES + i] = bytes_in(&c->notes[i]);
    }
    keeper_run(c->campaign->keeper,
               &(struct keeper_call){KEEPER_JOIN,
                                     {args, JOIN_ARG_NOTES + c->note_count},
                                     &c->words},
               run_done, running);
    buf_fini(&tail);
    buf_fini(&slugs);
    buf_fini(&steps);
}
