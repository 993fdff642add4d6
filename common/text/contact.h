/* contact -- phone numbers and email addresses in their one true form.
 *
 * libphonenumber (behind phone_shim.cc) and libidn2 (with our own letter-
 * digit-hyphen check). What is pasted with it and cannot be seen is passed
 * over (pasted.h), also "tel:", "sms:", "mailto:". What is refused says why,
 * for the person typing. */
#ifndef COMMON_TEXT_CONTACT_H
#define COMMON_TEXT_CONTACT_H

#include <stdbool.h>

#include "common/base/base.h"

#define PHONE_TEXT_SIZE 18  /* "+" and at most 15 digits, NUL */
#define EMAIL_TEXT_SIZE 255 /* 254 bytes, RFC 5321, NUL */

/* As typed -> E.164. UK mobiles alone (+44 7…), no premium, personal (070)
 * or landline; 07700 900000-900999 only when allows_drama. *why_out: a
 * static sentence. */
MUST_CHECK enum err contact_phone(const char *typed, bool allows_drama,
                                  char out[PHONE_TEXT_SIZE],
                                  const char **why_out);
/* As typed -> E.164 of a landline of the United Kingdom (+44 1… or +44 2…),
 * which is rung and never texted. */
MUST_CHECK enum err contact_landline(const char *typed,
                                     char out[PHONE_TEXT_SIZE]);
/* e164: as those two write it. */
bool contact_is_landline(const char *e164);
/* A number for drama, which nobody has. */
bool contact_is_drama(const char *e164);
/* Of the United Kingdom itself, or for drama: not of Jersey, Guernsey or Man,
 * whose networks are others. e164: as contact_phone writes it. */
bool contact_is_home_mobile(const char *e164);
/* As typed -> lower-cased domain in A-labels, local part kept. Bytes below
 * 0x21 and above 0x7e, "<" and ">" in the local part are refused. */
MUST_CHECK enum err contact_email(const char *typed, char out[EMAIL_TEXT_SIZE],
                                  const char **why_out);

#endif
