// phone_shim -- libphonenumber (C++) behind extern "C".
#include "common/text/phone_shim.h"

#include <phonenumbers/phonenumberutil.h>

#include <string>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

static phone_kind
kind_of(PhoneNumberUtil::PhoneNumberType type)
{
    switch (type) {
    case PhoneNumberUtil::MOBILE:
        return PHONE_MOBILE;
    case PhoneNumberUtil::FIXED_LINE:
    case PhoneNumberUtil::FIXED_LINE_OR_MOBILE:
        return PHONE_LANDLINE;
    case PhoneNumberUtil::PERSONAL_NUMBER:
        return PHONE_PERSONAL;
    case PhoneNumberUtil::PREMIUM_RATE:
    case PhoneNumberUtil::SHARED_COST:
        return PHONE_PREMIUM;
    case PhoneNumberUtil::UNKNOWN:
        return PHONE_INVALID;
    default:
        return PHONE_OTHER;
    }
}

phone_facts
phone_shim_read(const char *typed)
{
    phone_facts facts = {PHONE_NOT_A_NUMBER, 0, 0, 0};
    try {
        const PhoneNumberUtil *util = PhoneNumberUtil::GetInstance();
        PhoneNumber number;
        if (util->Parse(typed, "GB", &number) !=
            PhoneNumberUtil::NO_PARSING_ERROR) {
            return facts;
        }
        facts.country_code = number.country_code();
        facts.national = number.national_number();
        facts.kind = number.has_extension()
                         ? PHONE_OTHER
                         : kind_of(util->GetNumberType(number));
        std::string region;
        util->GetRegionCodeForNumber(number, &region);
        facts.is_home = region == "GB";
    } catch (...) {
        facts.kind = PHONE_NOT_A_NUMBER;
    }
    return facts;
}
