/* settings_print -- the reference of all settings, made from the table. */
#include <ctype.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/settings.h"

static const char head[] =
    "# Settings\n"
    "\n"
    "Made from the table in `common/base/settings.def` by `muster settings`;\n"
    "a test holds the two equal.\n"
    "\n"
    "All processes read one INI file, `--config FILE`: `[section]`, then\n"
    "`key = value` a line; `;` or `#` at its beginning makes a comment. The\n"
    "environment wins over the file: `MUSTER_<SECTION>_<KEY>`, in capitals,\n"
    "with an underscore for what is neither letter nor digit\n"
    "(`MUSTER_STORE_SIGNUP_PASSWORD`, `MUSTER_ROUTE_SMS_A_RATE`). Settings "
    "are\n"
    "read at the start of a process.\n"
    "\n"
    "A setting that is not in this list is logged with the nearest one that\n"
    "is; in a `[route.…]` section it ends the program, as messages would\n"
    "leave by another way than was meant. So does a value that cannot be. To\n"
    "look before a restart: `muster settings --check --config FILE`.\n"
    "\n"
    "`<service>` stands for a service's name (`services/services.txt`), `<n>`\n"
    "for an instance's number from 0, `<route>` for a name of your own of at\n"
    "most 31 characters. `./muster up` writes all that is needed by itself;\n"
    "what you put into `var/settings.ini` wins over that, and the routes are\n"
    "in `var/routes.ini`.\n";

static const struct {
    const char *section, *about;
} abouts[] = {
    {"run", "Needed by every process."},
    {"store", "Redis, for each service that keeps anything."},
    {"instances",
     "How many of each: on one machine that is all it takes (gateways share\n"
     "their port). All services must be told the same."},
    {"endpoints", "Only for several machines."},
    {"curve", "Only for several machines."},
    {"admin", "For supervisors and Prometheus."},
    {"keys", ""},
    {"gateway",
     "For the public, put `docker/nginx.conf` in front: it speaks TLS and\n"
     "HTTP/2, bears slow clients, and passes on whom it saw; the gateway must\n"
     "be told that it may believe it: `proxies = 127.0.0.1`."},
    {"outbox", ""},
    {"courier", ""},
    {"route.<route>",
     "A provider and how it is spoken to, a section each. broadcast reads how\n"
     "fast and how dear it is, courier the rest."},
};

static void
print_section(const char *section, struct buf *to)
{
    buf_printf(to, "\n## [%s]\n\n", section);
    for (size_t i = 0; i < sizeof(abouts) / sizeof(abouts[0]); i++) {
        if (strcmp(abouts[i].section, section) == 0 &&
            abouts[i].about[0] != '\0') {
            buf_printf(to, "%s\n\n", abouts[i].about);
        }
    }
}

/* "debug|info" -> "debug, info" */
static void
print_words(const char *form, struct buf *to)
{
    for (; *form != '\0'; form++) {
        if (*form == '|') {
            buf_add_string(to, ", ");
        } else {
            buf_add_byte(to, (uint8_t)*form);
        }
    }
}

static void
print_form(const struct setting_row *row, struct buf *to)
{
    switch (row->type) {
    case SETTING_WORD:
        print_words(row->form, to);
        return;
    case SETTING_BOOL:
        buf_add_string(to, "yes or no");
        return;
    case SETTING_NUMBER:
    case SETTING_RATE:
        buf_printf(to, "%.10g to %.10g%s%s", row->min, row->max,
                   row->form[0] == '\0' ? "" : " ", row->form);
        return;
    case SETTING_TEXT:
    default:
        buf_add_string(to, row->form);
        return;
    }
}

static void
print_usual(const struct setting_row *row, struct buf *to)
{
    size_t len = strlen(row->usual);
    if (settings_is_needed(row)) {
        buf_add_string(to, "**needed**");
    } else if (row->usual[0] == '(') {
        buf_printf(to, "without: %.*s", (int)len - 2, row->usual + 1);
    } else if (len == 0) {
        buf_add_string(to, "without: nothing");
    } else {
        buf_printf(to, "without: `%s`", row->usual);
    }
}

void
settings_print(struct buf *to)
{
    const char *section = "";
    buf_add_string(to, head);
    for (enum setting i = 0; i < SETTING_COUNT; i++) {
        const struct setting_row *row = settings_row(i);
        if (strcmp(section, row->section) != 0) {
            section = row->section;
            print_section(section, to);
        }
        buf_printf(to, "- `%s` (", row->key);
        print_form(row, to);
        buf_add_string(to, "; ");
        print_usual(row, to);
        buf_printf(to, "): %s.\n", row->about);
    }
}
