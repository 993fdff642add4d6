/* courier_play -- one lease through a real courier, for tests in other
 * languages.
 *
 *   courier_play ROUTE_SECTION sms|email service|campaign COUNT
 *
 * ROUTE_SECTION is the text of [route.to]. Between scripted peers (see
 * courier_rig.h) the courier gets one lease of the numbers 0..COUNT-1; prints
 * a JSON line with how many ended in each state, and the reasons. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/rigs/courier_rig.h"

static void
print_outcomes(const struct rig_lease *lease)
{
    (void)printf("{\"accepted\":%d,\"failed\":%d,\"deferred\":%d,"
                 "\"in_doubt\":%d,\"pending\":%d,\"reasons\":[",
                 rig_lease_count(lease, WORDS__RECIPIENT_STATE__ACCEPTED),
                 rig_lease_count(lease, WORDS__RECIPIENT_STATE__FAILED),
                 rig_lease_count(lease, WORDS__RECIPIENT_STATE__DEFERRED),
                 rig_lease_count(lease, WORDS__RECIPIENT_STATE__IN_DOUBT),
                 rig_lease_count(lease, WORDS__RECIPIENT_STATE__PENDING));
    for (uint32_t i = 0; i < lease->count; i++) {
        (void)printf("%s\"%s\"", i == 0 ? "" : ",", lease->reasons[i]);
    }
    (void)printf("]}\n");
}

int
main(int argc, char **argv)
{
    if (argc != 5) {
        (void)fprintf(stderr, "courier_play ROUTE_SECTION sms|email "
                              "service|campaign COUNT\n");
        return 2;
    }
    struct courier_rig *rig = courier_rig_new(argv[1], NULL);
    rig->content.email_subject = "Yr orymdaith \xc5\xb7 {{first_name}}";
    rig->content.email_text = "Dear {{name}},\n\n.a line that begins with a "
                              "dot\nat {{place}} \xc5\xb5\n";
    rig->content.email_html = "<p>Dear {{name}} \xc5\xb5</p>";
    struct rig_lease *lease = courier_rig_lease(
        rig, (struct rig_lease){.channel = strcmp(argv[2], "email") == 0
                                               ? WORDS__CHANNEL__CHANNEL_EMAIL
                                               : WORDS__CHANNEL__CHANNEL_SMS,
                                .class_ = strcmp(argv[3], "campaign") == 0
                                              ? WORDS__CLASS__CLASS_CAMPAIGN
                                              : WORDS__CLASS__CLASS_SERVICE,
                                .count = (uint32_t)strtoul(argv[4], NULL, 10)});
    courier_rig_start(rig);
    courier_rig_wait_final(rig, lease);
    print_outcomes(lease);
    int code = courier_rig_terminate(rig);
    courier_rig_free(&rig);
    return code;
}
