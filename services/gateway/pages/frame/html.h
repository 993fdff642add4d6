/* html -- the skeletons of pages/, each `const char html_<file>[]`, written
 * by the build from pages/<file>.html. */
#ifndef GATEWAY_PAGES_HTML_H
#define GATEWAY_PAGES_HTML_H

extern const char html_layout[];
extern const char html_staff_nav[];
extern const char html_banner[];
extern const char html_errors[];
extern const char html_errors_item[];
extern const char html_option[];
extern const char html_notice[];

extern const char html_home[];
extern const char html_home_campaign[];
extern const char html_home_action[];
extern const char html_campaign[];
extern const char html_campaign_action[];
extern const char html_ticket[];
extern const char html_ticket_waiting[];
extern const char html_preferences[];
extern const char html_preferences_place[];
extern const char html_unsubscribe[];
extern const char html_unsubscribed[];
extern const char html_here[];
extern const char html_here_done[];

extern const char html_login[];
extern const char html_live[];
extern const char html_console[];
extern const char html_outbox[];

#endif
