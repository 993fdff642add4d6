/* text -- what people write and read: JSON, templates, texts, contacts.
 *
 * The public header of common/text/: pure, no I/O. Each part says in its own
 * header which standard it follows. */
#ifndef COMMON_TEXT_TEXT_H
#define COMMON_TEXT_TEXT_H

#include "common/text/code.h"
#include "common/text/contact.h"
#include "common/text/gsm.h"
#include "common/text/json.h"
#include "common/text/london.h"
#include "common/text/pasted.h"
#include "common/text/qr.h"
#include "common/text/template.h"
#include "common/text/utf8.h"

#endif
