/* note -- one message to one contact: made, sealed, opened.
 *
 * A note belongs to a contact, not to a supporter. It is numbered densely in
 * its campaign, kept sealed until it has expired, and told of by a NoteMade
 * event; a day's notes are one broadcast of class NOTE, whose ledger sees to
 * it that each goes out once. When courier asks what a number means, see
 * resolve_notes.h.
 *
 * To make one: by note_make; or in a script that changes something as well, so
 * that there is none without the other: pack it by note_pack into one of its
 * arguments, and in the script ("needs: note") call make_note(ARGV[n]). */
#ifndef SIGNUP_NOTES_NOTE_H
#define SIGNUP_NOTES_NOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/base.h"
#include "common/text/text.h"
#include "services/signup/definitions/campaign.h"
#include "signup_rows.h"
#include "words.pb-c.h"

#define NOTE_TEXT_BYTES_MAX 2000
#define NOTE_SUBJECT_BYTES_MAX 200
#define NOTE_KEY_BYTES_MAX 80

struct note {
    Words__Channel channel;
    const char *address; /* E.164, or an email as kept in records */
    const char *subject; /* of a mail; NULL: the campaign's name */
    const char *text;    /* final, but for {{confirm_url}}: see link */
    /* What its maker calls it, "changed:57:3": the same key is the same note,
     * until a day after it has expired. */
    const char *key;
    int64_t expires_at_ms; /* not handed over after that */
    enum note_kind kind;
    /* Whose link to this contact {{confirm_url}} becomes; salt 0: none. */
    struct {
        uint32_t number, salt;
    } link;
    bool passes_stop; /* goes to a number that said STOP, too: the confirmation
                         of a STOP, a code asked for */
};

/* Appends its note_item row. What is too long is cut at a character's end. */
void note_pack(const struct campaign *campaign, const struct note *note,
               struct buf *to);

/* How many bytes of text fit into max as whole characters. */
size_t note_cut(const char *text, size_t max);

/* note: its number, with ERR_NONE. */
typedef void note_made_cb(void *arg, enum err err, uint32_t note);
/* Makes it, as a change of its own. Exactly one call of cb, always later, also
 * on failure and shutdown. campaign stays. */
void note_make(struct campaign *campaign, const struct note *note,
               note_made_cb *cb, void *arg);

/* What a note says, opened. */
struct note_words {
    char address[EMAIL_TEXT_SIZE];
    char subject[NOTE_SUBJECT_BYTES_MAX + 1];
    char text[NOTE_TEXT_BYTES_MAX + 1];
    uint32_t number, salt; /* of its link; salt 0: none */
};
/* sealed: of a note_item. False: not sealed by this key for this campaign. */
MUST_CHECK bool note_open(const struct campaign *campaign, struct bytes sealed,
                          struct note_words *out);

#endif
