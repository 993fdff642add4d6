/* changes -- what is to be done to people of one contact, all or nothing: the
 * language of join.lua. In whatever order it is said here, it is done in the
 * order that counts places right: who is proved first, then whose place moves,
 * then who is gone. */
#ifndef SIGNUP_JOINING_CHANGES_H
#define SIGNUP_JOINING_CHANGES_H

#include "common/base/base.h"
#include "services/signup/joining/roster.h"
#include "services/signup/keep/store.h"
#include "services/signup/keep/store_withdrawn.h"
#include "services/signup/notes/note.h"

#define CHANGES_PHASES 5
#define CHANGES_NOTES_MAX 4

struct changes {
    struct campaign *campaign;
    struct buf seen, lists, places;
    struct buf phases[CHANGES_PHASES];
    struct buf notes[CHANGES_NOTES_MAX];
    size_t note_count;
    struct keeper_words words;
    uint8_t actions[SU_ACTIONS_MAX / 8 + 1]; /* a bit for each that is named */
};

struct changes *changes_new(struct campaign *campaign);
void changes_free(struct changes **changes);
bool changes_is_empty(const struct changes *changes);

/* ---- what was decided on: another, and nothing is done ---- */

/* As the roster had it: call before it is changed. */
void changes_see(struct changes *c, const struct roster_person *person);
void changes_see_index(struct changes *c, const uint8_t *hash,
                       const struct buf *people);
/* All her places. */
void changes_see_places(struct changes *c, const struct roster *roster,
                        const struct roster_person *person);

/* ---- what is done ---- */

/* What she has asked for becomes hers, or she waits. Before her flags are. */
void changes_prove_places(struct changes *c, const struct roster *roster,
                          const struct roster_person *person);
/* The winner's are as good as both. */
void changes_move_places(struct changes *c, const struct roster *roster,
                         const struct roster_person *loser,
                         const struct roster_person *winner);
void changes_take_back(struct changes *c, const struct merging_split *split,
                       uint32_t loser, uint32_t winner);
void changes_drop_places(struct changes *c, const struct roster *roster,
                         const struct roster_person *person);
/* Her flags, record and what she said, as they are now. FLAG_GONE comes
 * last. */
void changes_write(struct changes *c, const struct roster_person *person);
/* Nothing is left of her but her flags. */
void changes_forget(struct changes *c, const struct roster_person *person);

struct changes_contact {
    uint32_t number;
    const uint8_t *hash;
    int channel;
};
void changes_index(struct changes *c, const struct changes_contact *contact,
                   bool is_in);
/* name: for is_in. */
void changes_entry(struct changes *c, const struct changes_contact *contact,
                   const char *name, bool is_in);
/* What the contact has said is true of her from now on: STOP; and "no news" if
 * it is_new to her. */
void changes_hear(struct changes *c, const struct changes_contact *contact,
                  bool is_new);
/* what: SU_SAID_…. */
void changes_said(struct changes *c, const uint8_t *hash, unsigned what,
                  bool is_in);
/* What a person withdrew (or takes back) of a contact is kept outside Redis
 * before it is done. */
void changes_keep(struct changes *c, const struct withdrawn_row *word);
#define CHANGES_NOBODY UINT32_MAX
/* into: CHANGES_NOBODY: she counts as herself. */
void changes_fold(struct changes *c, uint32_t number, uint32_t into);
/* An entry that goes at that time unless it is proved; 0: she stays. */
void changes_due(struct changes *c, uint32_t number, int64_t at_ms);
/* At the entries of the same contact and name. */
void changes_look(struct changes *c, uint32_t number);
void changes_note(struct changes *c, const struct note *note);

/* done: with ERR_NONE; false: it was stale, nothing was done. */
typedef void changes_cb(void *arg, enum err err, bool done);
/* Exactly one call of cb, always later, also on failure and shutdown. What is
 * announced is announced. changes may be freed at once. */
void changes_run(struct changes *changes, changes_cb *cb, void *arg);

#endif
