/* pages -- the one table of the HTML pages.
 *
 * A page is a folder here: its flow (asks services, as any handler), its
 * show_<page> (draws: HTML from answers, no I/O) and its .html, which the
 * build makes `const char html_<file>[]` of. A new page is such a folder and
 * a row below: routes.c makes rows of its table of them, and this header the
 * prototypes.
 *
 * What pages share: frame/ draws (the frame round them, words, one action),
 * ask/ asks (campaigns, actions, the person behind a link) and says what
 * failed. Who is not signed in and opens a page with roles is sent to
 * /login?next=…. Every page carries the security headers of door/reply.c:
 * scripts and styles from /assets/ alone, none inline. */
#ifndef GATEWAY_PAGES_H
#define GATEWAY_PAGES_H

#include "services/gateway/door/exchange.h"

#define PAGES(ROW)                                                             \
    ROW(HTTP_GET, "/", PUBLIC, SCOPE_OPEN, page_home)                          \
    ROW(HTTP_GET, "/c/{c}", PUBLIC | KNOWN(ALL_STAFF), SCOPE_CAMPAIGN,         \
        page_campaign)                                                         \
    ROW(HTTP_GET, "/s/{slip}", PUBLIC, SCOPE_SELF, page_slip)                  \
    ROW(HTTP_GET, "/t/{code}.svg", PUBLIC, SCOPE_SELF, page_ticket_svg)        \
    ROW(HTTP_GET, "/t/{code}", PUBLIC, SCOPE_SELF, page_ticket)                \
    ROW(HTTP_GET, "/p/{token}", PUBLIC, SCOPE_SELF, page_preferences)          \
    ROW(HTTP_POST, "/p/{token}", PUBLIC, SCOPE_SELF, page_preferences_save)    \
    ROW(HTTP_GET, "/u/{token}", PUBLIC, SCOPE_SELF, page_unsubscribe)          \
    ROW(HTTP_POST, "/u/{token}", PUBLIC, SCOPE_SELF, page_unsubscribe_act)     \
    ROW(HTTP_GET, "/y/{token}", PUBLIC, SCOPE_SELF, page_contact)              \
    ROW(HTTP_POST, "/y/{token}", PUBLIC, SCOPE_SELF, page_contact_act)         \
    ROW(HTTP_GET, "/find", PUBLIC, SCOPE_OPEN, page_find_where)                \
    ROW(HTTP_GET, "/find/{c}", PUBLIC, SCOPE_CAMPAIGN, page_find)              \
    ROW(HTTP_POST, "/find/{c}", PUBLIC, SCOPE_CAMPAIGN, page_find_act)         \
    ROW(HTTP_GET, "/my/{c}", PUBLIC, SCOPE_CAMPAIGN, page_my)                  \
    ROW(HTTP_POST, "/my/{c}", PUBLIC, SCOPE_CAMPAIGN, page_my_act)             \
    ROW(HTTP_GET, "/here/{c}/{a}/{gate}", PUBLIC, SCOPE_GATE, page_here)       \
    ROW(HTTP_POST, "/here/{c}/{a}/{gate}", PUBLIC | KNOWN(ALL_STAFF),          \
        SCOPE_GATE, page_here_act)                                             \
    ROW(HTTP_GET, "/problems/{slug}", PUBLIC, SCOPE_OPEN, page_about_problem)  \
    ROW(HTTP_GET, "/login", PUBLIC, SCOPE_OPEN, page_login)                    \
    ROW(HTTP_GET, "/console", WATCHERS, SCOPE_CAMPAIGN, page_console)          \
    ROW(HTTP_GET, "/live/{c}/{a}", ALL_STAFF, SCOPE_ACTION, page_live)         \
    ROW(HTTP_GET, "/outbox", ORGANISERS, SCOPE_CAMPAIGN, page_outbox)

#define PAGE_PROTOTYPE(method, path, roles, scope, handle)                     \
    void handle(struct exchange *x);
PAGES(PAGE_PROTOTYPE)

/* The form of /c/{c} as it was posted to sign up, with x->errors. */
void page_campaign_again(struct exchange *x);

#endif
