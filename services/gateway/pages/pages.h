/* pages -- the HTML pages: their handlers, and what a page may use.
 *
 * A page is a handler like any other: it is given an exchange, asks services
 * through the typed stubs with the exchange as arg, and ends it with exactly
 * one reply, at once or later:
 *
 *   void page_campaign(struct exchange *x)
 *   {
 *       struct gateway *g = x->gateway;
 *       Signup__ListActions list = SIGNUP__LIST_ACTIONS__INIT;
 *       Signup__Request ask = SIGNUP__REQUEST__INIT;
 *       list.campaign = (char *)exchange_param(x, "c");
 *       ask.is_case = SIGNUP__REQUEST__IS_LIST_ACTIONS;
 *       ask.list_actions = &list;
 *       signup_ask(g->signup, 0, &ask, on_actions, x);
 *   }
 *   static void on_actions(void *arg, enum err err, const char *detail,
 *                          const Signup__Reply *reply)
 *   {
 *       struct exchange *x = arg;
 *       if (!exchange_answered(x, err, detail)) { return; }
 *       struct buf html; buf_init(&html, 0); ... reply_html(x, 200, &html);
 *       buf_fini(&html);
 *   }
 *
 * Path values: exchange_param(x, "c"). Query values: exchange_query(x, "g").
 * A posted form: http_form_value(exchange_form(x), "name", 0, to, size).
 * State across asks: exchange_state(x, size). Who is signed in: x->staff
 * (role ROLE_NOBODY: nobody). Links: gateway->public_url.
 *
 * Rows stand in routes.c: ROUTE(HTTP_GET, "/c/{c}", PUBLIC, NULL,
 * page_campaign). A page row with roles sends people who are not signed in
 * to /login?next=…; its campaign is {c} or the query's c. Files in web_dir
 * are served under /assets/ (any depth). Every page carries the security
 * headers of static.h: scripts and styles from /assets/ alone, none inline.
 *
 * A failed plain form is answered with a page when the browser wants HTML:
 * the sign-up form with page_campaign_again, which shows x->errors beside
 * the fields; all others with page_problem. In pages/, each *_flow.c asks,
 * and show_*.c draws (show.h: HTML from answers, no I/O). */
#ifndef GATEWAY_PAGES_H
#define GATEWAY_PAGES_H

#include "services/gateway/gateway.h"

void page_home(struct exchange *x);     /* GET / */
void page_campaign(struct exchange *x); /* GET /c/{c}; ?done=yes or
                                           ?done=waitlisted thanks */
/* The form as it was posted to /v1/campaigns/{c}/signups, with x->errors. */
void page_campaign_again(struct exchange *x);
void page_ticket(struct exchange *x);           /* GET /t/{code} */
void page_ticket_svg(struct exchange *x);       /* GET /t/{code}.svg */
void page_preferences(struct exchange *x);      /* GET /p/{token} */
void page_preferences_save(struct exchange *x); /* POST /p/{token} */
void page_unsubscribe(struct exchange *x);      /* GET /u/{token} */
void page_unsubscribe_act(struct exchange *x);  /* POST /u/{token} */
void page_here(struct exchange *x);             /* GET /here/{c}/{a}/{gate} */
void page_here_act(struct exchange *x);         /* POST the same */
void page_login(struct exchange *x);            /* GET /login */
void page_console(struct exchange *x);          /* GET /console?c= */
void page_live(struct exchange *x);             /* GET /live/{c}/{a} */
void page_outbox(struct exchange *x);           /* GET /outbox?c= */
/* What went wrong, for a person; ends the exchange. */
void page_problem(struct exchange *x, int status, const char *title,
                  const char *detail);

#endif
