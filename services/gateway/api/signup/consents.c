/* consents -- what a campaign asks consent for, in which words.
 *
 * One ask at a time per campaign: whoever comes meanwhile waits for it. */
#include "services/gateway/api/signup/consents.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/client/signup.h"
#include "services/gateway/gateway.h"

struct waiter {
    struct waiter *next;
    struct exchange *x;
    consents_cb *cb;
};

struct wording {
    char campaign[ID_CHARS_MAX + 1]; /* "": a free place */
    char *text, *version;
    int64_t until_ms;
    struct waiter *waiters; /* an ask is open while there are any */
};

struct consents {
    struct wording places[CONSENTS_CAMPAIGNS_MAX];
};

struct consents *
consents_new(void)
{
    return mem_new(sizeof(struct consents));
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
        if (w->waiters == NULL &&
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
    struct waiter *waiter = w->waiters;
    w->waiters = NULL;
    if (err == ERR_NONE) {
        keep(w, reply->list_actions->campaign);
    } else {
        w->campaign[0] = '\0';
        w->until_ms = 0;
    }
    while (waiter != NULL) {
        struct waiter *next = waiter->next;
        bool is_there = err == ERR_NONE;
        waiter->cb(waiter->x, err, detail, is_there ? w->text : "",
                   is_there ? w->version : "");
        free(waiter);
        waiter = next;
    }
}

static void
ask(struct gateway *g, struct wording *w)
{
    Signup__Request request = SIGNUP__REQUEST__INIT;
    Signup__ListActions list = SIGNUP__LIST_ACTIONS__INIT;
    list.campaign = w->campaign;
    request.is_case = SIGNUP__REQUEST__IS_LIST_ACTIONS;
    request.list_actions = &list;
    signup_ask(g->signup, 0, &request, on_actions, w);
}

void
consents_get(struct exchange *x, consents_cb *cb)
{
    const char *campaign = exchange_campaign(x);
    struct wording *w = find_place(x->gateway->consents, campaign);
    if (w == NULL) {
        cb(x, ERR_LIMIT, "too many campaigns at once", "", "");
        return;
    }
    bool is_same = strcmp(w->campaign, campaign) == 0;
    if (is_same && w->waiters == NULL && clock_boot_ms() < w->until_ms) {
        cb(x, ERR_NONE, "", w->text, w->version);
        return;
    }
    struct waiter *waiter = mem_new(sizeof(*waiter));
    bool is_asked = w->waiters != NULL;
    *waiter = (struct waiter){w->waiters, x, cb};
    w->waiters = waiter;
    if (!is_asked) {
        memcpy(w->campaign, campaign, strlen(campaign) + 1);
        ask(x->gateway, w);
    }
}
