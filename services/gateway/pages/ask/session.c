/* session -- a browser that knows a contact: the cookie of /my/{c}. */
#include "services/gateway/pages/ask/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/gateway/door/cookie.h"
#include "services/gateway/door/same_site.h"
#include "services/gateway/gateway.h"
#include "services/gateway/pages/frame/action.h"
#include "services/gateway/staff/auth.h"

#define NAME_SIZE (sizeof("__Host-muster-my-") + ID_CHARS_MAX)
#define PURPOSE_SIZE (sizeof("my:") + ID_CHARS_MAX)
#define REMEMBERED 'r' /* before the link's token */
#define SHORT 's'

static void
write_name(const char *campaign, char name[NAME_SIZE])
{
    (void)snprintf(name, NAME_SIZE, "__Host-muster-my-%s", campaign);
}

static void
write_purpose(const char *campaign, char purpose[PURPOSE_SIZE])
{
    (void)snprintf(purpose, PURPOSE_SIZE, "my:%s", campaign);
}

bool
session_read(const struct exchange *x, const char *campaign,
             struct session *out)
{
    const struct gateway *g = x->gateway;
    char name[NAME_SIZE], purpose[PURPOSE_SIZE], text[SEALED_TEXT_SIZE];
    struct sealed sealed = {.purpose = purpose};
    write_name(campaign, name);
    write_purpose(campaign, purpose);
    if (!cookie_read(x, name, text, sizeof(text)) ||
        !sealed_read(&g->page_key, text, clock_wall_ms(), &sealed) ||
        link_read(&g->link_key, sealed.words + 1, &out->link) != ERR_NONE ||
        out->link.purpose != LINK_SESSION) {
        return false;
    }
    out->until_ms = sealed.until_ms;
    out->is_remembered = sealed.words[0] == REMEMBERED;
    (void)snprintf(out->key, sizeof(out->key), "%016" PRIx64,
                   crypto_mac64(&g->page_key, text, strlen(text)));
    return true;
}

char *
session_begin(const struct gateway *g, const char *campaign,
              const struct session *session)
{
    char name[NAME_SIZE], purpose[PURPOSE_SIZE], text[SEALED_TEXT_SIZE];
    struct link link = session->link;
    struct sealed sealed = {.purpose = purpose, .until_ms = session->until_ms};
    link.purpose = LINK_SESSION;
    write_name(campaign, name);
    write_purpose(campaign, purpose);
    sealed.words[0] = session->is_remembered ? REMEMBERED : SHORT;
    link_write(&g->link_key, &link, sealed.words + 1);
    sealed_write(&g->page_key, &sealed, text);
    int64_t left_s = (session->until_ms - clock_wall_ms()) / 1000;
    return same_site_cookie(name, text, session->is_remembered ? left_s : -1);
}

char *
session_end(const char *campaign)
{
    char name[NAME_SIZE];
    write_name(campaign, name);
    return same_site_cookie(name, "", 0);
}

int64_t
session_until(const Signup__Actions *about, const Signup__ContactPage *page,
              int64_t now_ms)
{
    int64_t last_ms = now_ms;
    for (size_t m = 0; m < page->n_members; m++) {
        const Signup__Member *member = page->members[m];
        for (size_t i = 0; i < member->n_places; i++) {
            const Signup__Place *place = member->places[i];
            const Signup__Action *action = action_find(about, place->action);
            bool counts = action != NULL &&
                          place->state != WORDS__PLACE_STATE__PLACE_CANCELLED;
            if (counts && action->ends_at_ms > last_ms) {
                last_ms = action->ends_at_ms;
            }
        }
    }
    return last_ms + SESSION_AFTER_MS;
}

bool
session_may_remember(const struct exchange *x)
{
    char token[TOKEN_TEXT_SIZE];
    return same_site_keeps_cookies(x) &&
           !cookie_read(x, SESSION_COOKIE, token, sizeof(token));
}
