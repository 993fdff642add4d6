/* show -- whole pages from what the services answered: no I/O, no state.
 *
 * Each appends one HTML document to `to`. Everything given is borrowed and
 * may be hostile: it is escaped here. Times are shown as London's clocks. */
#ifndef GATEWAY_PAGES_SHOW_H
#define GATEWAY_PAGES_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/base.h"
#include "signup.pb-c.h"

/* ---- words (show_words.c) ---- */

#define SHOW_LABEL_SIZE 64
/* "care-worker" -> "Care worker"; cut at the size. Returns to. */
const char *show_label(const char *slug, char to[SHOW_LABEL_SIZE]);
const char *show_kind(Words__ActionKind kind);
#define SHOW_ERROR_SIZE 192
/* What is wrong with a field of the sign-up form, as a sentence of its own:
 * "is missing" -> "Your name is missing." Returns to. */
const char *show_error_words(const char *field, const char *detail,
                             char to[SHOW_ERROR_SIZE]);
#define SHOW_SEATS_SIZE 64
/* "12 places left"; "" without a limit. Returns to. */
const char *show_seats(const Signup__Action *action, char to[SHOW_SEATS_SIZE]);
#define SHOW_CODE_SIZE 24
/* "ABCDEFGHJKMNPQ" -> "ABCD-EFGH-JKMN-PQ". Returns to. */
const char *show_code(const char *code, char to[SHOW_CODE_SIZE]);

/* ---- actions and sign-up (show_home.c, show_sign_up.c) ---- */

/* A campaign's part of the front page; actions that ended before now_ms are
 * left out. The parts together are show_home's campaigns. */
void show_home_part(struct buf *to, const Signup__Actions *about,
                    int64_t now_ms);
void show_home(struct buf *to, const struct buf *parts);

struct show_error {
    const char *field; /* a name of the form */
    const char *detail;
};

struct show_form {
    const char *typed; /* a form or query with the form's own names */
    const struct show_error *errors;
    size_t error_count;
    bool is_waitlisted; /* has just signed up, and must wait */
    bool is_done;       /* has just signed up, for news alone */
};

void show_sign_up(struct buf *to, const Signup__Actions *about,
                  const struct show_form *form, int64_t now_ms);

/* ---- tickets and check-in (show_ticket.c, show_here.c) ---- */

struct show_ticket {
    const Signup__Campaign *campaign;
    const Signup__Action *action;
    const Signup__Supporter *supporter;
    const char *code;
};
/* Says so instead when the place is not confirmed. */
void show_ticket(struct buf *to, const struct show_ticket *ticket);

struct show_here {
    const char *campaign; /* id */
    const Signup__Action *action;
    const Signup__Gate *gate;
    const char *scan_id;
    const char *code;  /* as typed, or "" */
    const char *error; /* NULL: none */
};
void show_here(struct buf *to, const struct show_here *here);
void show_here_done(struct buf *to, const struct show_here *here,
                    bool was_present);

/* ---- choices (show_choices.c) ---- */

struct show_choices {
    const Signup__Actions *about;
    const Signup__Supporter *supporter;
    const char *token;
    bool is_saved;
};
bool show_has_consent(const Signup__Supporter *supporter,
                      Words__Channel channel);
void show_choices(struct buf *to, const struct show_choices *choices);

struct show_stop {
    const char *campaign; /* name */
    const char *token;
    const char *preferences_path;
    bool is_sms; /* else email */
    bool is_done;
};
void show_stop(struct buf *to, const struct show_stop *stop);

/* ---- the rest (show_staff.c) ---- */

void show_login(struct buf *to, const Signup__Campaigns *campaigns);
void show_live(struct buf *to, const char *campaign, const char *action);
void show_console(struct buf *to);
void show_outbox(struct buf *to);
/* When there is no page to show: what, why, and where to go. */
void show_notice(struct buf *to, const char *heading, const char *text);

#endif
