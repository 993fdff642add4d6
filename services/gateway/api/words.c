/* words -- the words of the HTTP API for the enumerations of proto/. */
#include "services/gateway/api/words.h"

#include "broadcast.pb-c.h"
#include "checkin.pb-c.h"
#include "words.pb-c.h"

const struct json_word kind_words[] = {
    {"rally", WORDS__ACTION_KIND__KIND_RALLY},
    {"march", WORDS__ACTION_KIND__KIND_MARCH},
    {"lobby", WORDS__ACTION_KIND__KIND_LOBBY},
    {"roundtable", WORDS__ACTION_KIND__KIND_ROUNDTABLE},
    {"screening", WORDS__ACTION_KIND__KIND_SCREENING},
    {"online", WORDS__ACTION_KIND__KIND_ONLINE},
    {NULL, 0},
};

const struct json_word format_words[] = {
    {"plain", WORDS__FORMAT__FORMAT_PLAIN},
    {"easy-read", WORDS__FORMAT__FORMAT_EASY_READ},
    {"welsh", WORDS__FORMAT__FORMAT_WELSH},
    {"large-print", WORDS__FORMAT__FORMAT_LARGE_PRINT},
    {NULL, 0},
};

const struct json_word place_words[] = {
    {"confirmed", WORDS__PLACE_STATE__PLACE_CONFIRMED},
    {"waitlisted", WORDS__PLACE_STATE__PLACE_WAITLISTED},
    {"offered", WORDS__PLACE_STATE__PLACE_OFFERED},
    {"cancelled", WORDS__PLACE_STATE__PLACE_CANCELLED},
    {"held", WORDS__PLACE_STATE__PLACE_HELD},
    {"asked", WORDS__PLACE_STATE__PLACE_ASKED},
    /* Whoever holds it is told the older one's, and never that it is two. */
    {"confirmed", WORDS__PLACE_STATE__PLACE_TWIN},
    {NULL, 0},
};

const struct json_word class_words[] = {
    {"service", WORDS__CLASS__CLASS_SERVICE},
    {"campaign", WORDS__CLASS__CLASS_CAMPAIGN},
    {"safety", WORDS__CLASS__CLASS_SAFETY},
    {NULL, 0},
};

const struct json_word sent_class_words[] = {
    {"service", WORDS__CLASS__CLASS_SERVICE},
    {"campaign", WORDS__CLASS__CLASS_CAMPAIGN},
    {"safety", WORDS__CLASS__CLASS_SAFETY},
    {"confirmation", WORDS__CLASS__CLASS_CONFIRMATION},
    {"note", WORDS__CLASS__CLASS_NOTE},
    {NULL, 0},
};

const struct json_word channel_words[] = {
    {"sms", WORDS__CHANNEL__CHANNEL_SMS},
    {"email", WORDS__CHANNEL__CHANNEL_EMAIL},
    {NULL, 0},
};

const struct json_word rule_words[] = {
    {"no_contact", WORDS__RULE__RULE_NO_CONTACT},
    {"no_consent", WORDS__RULE__RULE_NO_CONSENT},
    {"withdrawn", WORDS__RULE__RULE_WITHDRAWN},
    {"suppressed", WORDS__RULE__RULE_SUPPRESSED},
    {"not_signed_up", WORDS__RULE__RULE_NOT_SIGNED_UP},
    {"gone", WORDS__RULE__RULE_GONE},
    {"not_proved", WORDS__RULE__RULE_NOT_PROVED},
    {"switched_off", WORDS__RULE__RULE_SWITCHED_OFF},
    {"not_me", WORDS__RULE__RULE_NOT_ME},
    {"budget", WORDS__RULE__RULE_BUDGET},
    {NULL, 0},
};

const struct json_word state_words[] = {
    {"pending", WORDS__RECIPIENT_STATE__PENDING},
    {"leased", WORDS__RECIPIENT_STATE__LEASED},
    {"deferred", WORDS__RECIPIENT_STATE__DEFERRED},
    {"accepted", WORDS__RECIPIENT_STATE__ACCEPTED},
    {"delivered", WORDS__RECIPIENT_STATE__DELIVERED},
    {"failed", WORDS__RECIPIENT_STATE__FAILED},
    {"withheld", WORDS__RECIPIENT_STATE__WITHHELD},
    {"in_doubt", WORDS__RECIPIENT_STATE__IN_DOUBT},
    {"expired", WORDS__RECIPIENT_STATE__EXPIRED},
    {"superseded", WORDS__RECIPIENT_STATE__SUPERSEDED},
    {"stopped", WORDS__RECIPIENT_STATE__STOPPED},
    {NULL, 0},
};

const struct json_word stage_words[] = {
    {"draft", BROADCAST__STAGE__DRAFT},
    {"approved", BROADCAST__STAGE__APPROVED},
    {"freezing", BROADCAST__STAGE__FREEZING},
    {"sending", BROADCAST__STAGE__SENDING},
    {"paused", BROADCAST__STAGE__PAUSED},
    {"done", BROADCAST__STAGE__DONE},
    {"stopped", BROADCAST__STAGE__STAGE_STOPPED},
    {"expired", BROADCAST__STAGE__STAGE_EXPIRED},
    {"standing", BROADCAST__STAGE__STANDING},
    {NULL, 0},
};

const struct json_word mark_words[] = {
    {"arrived", CHECKIN__MARK_KIND__ARRIVED},
    {"left", CHECKIN__MARK_KIND__LEFT},
    {NULL, 0},
};
