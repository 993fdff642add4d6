/* home -- how much the front page asks for. */
#ifndef GATEWAY_PAGES_HOME_H
#define GATEWAY_PAGES_HOME_H

#define HOME_CAMPAIGNS_MAX 50 /* shown */
#define HOME_ASKS_MAX 8       /* open at once, of one page */

#endif
