/* consents -- what a campaign asks consent for, in which words.
 *
 * One ask at a time per campaign: whoever comes meanwhile waits for it. */
#include "services/gateway/api/signup/consents.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/client/signup.h"
#include "services/gateway/gateway.h"

struct consents_ask {
    struct exchange *x;
    consents_cb *cb;
    /* What is known already and told at the end of this turn. */
    enum err err;
    const char *detail;
    char *text, *version; /* owned */
};

struct wording {
    char campaign[ID_CHARS_MAX + 1]; /* "": a free place */
    char *text, *version;
    int64_t until_ms;
    struct waiters waiters; /* an ask is open while there are any */
};

struct consents {
    struct gateway *gateway;
    struct wording places[CONSENTS_CAMPAIGNS_MAX];
};

struct consents *
consents_new(struct gateway *g)
{
    struct consents *consents = mem_new(sizeof(*consents));
    consents->gateway = g;
    return consents;
}

void
consents_free(struct consents **consents)
{
    if (*consents == NULL) {
        return;
    }
    for (int i = 0; i < CONSENTS_CAMPAIGNS_MAX; i++) {
        free((*consents)->places[i].text);
        free((*consents)->places[i].version);
    }
    free(*consents);
    *consents = NULL;
}

/* The campaign's place, else the one that runs out first and has no open
 * ask. NULL: all have. */
static struct wording *
find_place(struct consents *consents, const char *campaign)
{
    struct wording *best = NULL;
    for (int i = 0; i < CONSENTS_CAMPAIGNS_MAX; i++) {
        struct wording *w = &consents->places[i];
        if (strcmp(w->campaign, campaign) == 0) {
            return w;
        }
        if (w->waiters.count == 0 &&
            (best == NULL || w->until_ms < best->until_ms)) {
            best = w;
        }
    }
    return best;
}

static void
keep(struct wording *w, const Signup__Campaign *campaign)
{
    free(w->text);
    free(w->version);
    w->text = mem_copy_string(
        campaign->consent_wording == NULL ? "" : campaign->consent_wording);
    w->version = mem_copy_string(
        campaign->consent_version == NULL ? "" : campaign->consent_version);
    w->until_ms = clock_boot_ms() + CONSENTS_MS;
}

static void
on_actions(void *arg, enum err err, const char *detail,
           const Signup__Reply *reply)
{
    struct wording *w = arg;
    if (err == ERR_NONE) {
        keep(w, reply->list_actions->campaign);
    } else {
        w->campaign[0] = '\0';
        w->until_ms = 0;
    }
    waiters_tell(&w->waiters, err, detail, w);
}

static void
ask_wording(struct gateway *g, struct wording *w)
{
    Signup__ListActions list = SIGNUP__LIST_ACTIONS__INIT;
    list.campaign = w->campaign;
    signup_ask_list_actions(g->signup, &list, on_actions, w);
}

static void
wording_read(void *arg, enum err err, const char *detail, void *value)
{
    struct consents_ask *ask = arg;
    const struct wording *w = value;
    bool is_there = err == ERR_NONE;
    ask->cb(ask->x, err, detail, is_there ? w->text : "",
            is_there ? w->version : "");
    free(ask);
}

static void
tell_known(void *arg)
{
    struct consents_ask *ask = arg;
    ask->cb(ask->x, ask->err, ask->detail, ask->text, ask->version);
    free(ask->text);
    free(ask->version);
    free(ask);
}

/* With a copy: the place may be another campaign's by the end of the turn. */
static void
tell_later(struct consents *consents, struct consents_ask *ask,
           const struct wording *w)
{
    ask->err = w == NULL ? ERR_LIMIT : ERR_NONE;
    ask->detail = w == NULL ? "too many campaigns at once" : "";
    ask->text = mem_copy_string(w == NULL ? "" : w->text);
    ask->version = mem_copy_string(w == NULL ? "" : w->version);
    loop_defer(consents->gateway->service.loop, tell_known, ask);
}

void
consents_get(struct exchange *x, const char *wanted, consents_cb *cb)
{
    struct consents *consents = x->gateway->consents;
    const char *campaign = exchange_campaign(x);
    struct wording *w = find_place(consents, campaign);
    struct consents_ask *ask = mem_new(sizeof(*ask));
    ask->x = x;
    ask->cb = cb;
    bool is_same = w != NULL && strcmp(w->campaign, campaign) == 0;
    bool is_fresh = is_same && w->waiters.count == 0 &&
                    clock_boot_ms() < w->until_ms &&
                    (wanted == NULL || strcmp(w->version, wanted) == 0);
    if (w == NULL || is_fresh) {
        tell_later(consents, ask, w);
    } else if (waiters_add(&w->waiters, wording_read, ask)) {
        memcpy(w->campaign, campaign, strlen(campaign) + 1);
        ask_wording(consents->gateway, w);
    }
}
