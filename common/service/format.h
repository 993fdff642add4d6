/* format -- which form a service's stored data has.
 *
 * Every owner keeps at {muster}:<owner>:meta, field "format", the form in
 * which its own keys and its campaigns' are written; each campaign's meta
 * holds the same for that campaign, brought up when it is first opened. No
 * such field is format 1, that of version 0.1. A program never works on a
 * newer form than it knows: it would misread it. */
#ifndef COMMON_SERVICE_FORMAT_H
#define COMMON_SERVICE_FORMAT_H

struct service;

/* Start-up, before anything else is read: turns the loop until the store has
 * answered. Exits in words when the data is newer than format; else writes
 * format down. owner: "ci", as in the keys. */
void format_open(struct service *service, const char *owner, unsigned format);

#endif
