/* show_switches -- what we may send one person, as a form of switches.
 *
 * One row a switch: purpose and channel, with the sentence that is true of it
 * now (common/client/reach.h, which the rules are held to). Safety has none,
 * and the form says so. The form says what it showed (was_…), so that a tab of
 * yesterday changes only what is changed in it. A switch that its holder
 * turned off is turned on from that contact alone: elsewhere it is shown off,
 * and says so. */
#ifndef GATEWAY_PAGES_SHOW_SWITCHES_H
#define GATEWAY_PAGES_SHOW_SWITCHES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/base.h"
#include "signup.pb-c.h"

#define SWITCHES_MAX 4

struct show_switches {
    const char *post;   /* where the form goes: a path */
    const char *find;   /* where one proves another contact: a path */
    const char *member; /* whose: as contact_handle; "" */
    const char *key;    /* the form's, of a cookie; "" */
    const char *name;   /* "": whoever reads it */
    const char *phone_hint, *email_hint; /* NULL: no such contact */
    const Signup__Campaign *campaign;
    Signup__Switch *const *switches;
    size_t count;
    Words__Channel by;   /* whose holder reads it; NONE: not known */
    bool has_stop;       /* the number said STOP */
    bool provider_stops; /* as reach.h's */
};
void show_switches(struct buf *to, const struct show_switches *show);
/* "Texts are stopped", and the way to start them: once a page. post NULL: the
 * way is on another page. */
void show_stop_of_texts(struct buf *to, const struct show_switches *show);

struct switch_change {
    Words__Channel channel;
    Words__Class purpose;
    bool is_on;
};
/* What the posted form changes: those whose tick is not what it showed. */
size_t switches_read_changes(const char *form,
                             struct switch_change changes[SWITCHES_MAX]);

#endif
