import { createSuffixLookup } from "./suffix-lookup.ts";

// MX suffix → filter vendor: reference list of the field (Tranco top-100k MX counts, blisspixel/recon, DomainDetective,
// mailsherpa; collected 2026). The MX names the first hop only: "at least this vendor", never "only this one".
const suffixesOf: Record<string, readonly string[]> = {
  Proofpoint: ["pphosted.com", "gpphosted.com"],
  "Proofpoint Essentials": ["ppe-hosted.com"],
  Mimecast: ["mimecast.com", "mimecast.co.za", "mimecast-offshore.com", "mimecast.de"],
  "Cisco Secure Email": ["iphmx.com", "ess.cisco.com", "ces.cisco.com"],
  Barracuda: ["barracudanetworks.com", "barracuda.com"],
  "Microsoft Defender": ["mail.protection.outlook.com", "mx.microsoft"],
  "Microsoft consumer": ["olc.protection.outlook.com", "hotmail.com"],
  Google: ["google.com", "googlemail.com", "psmtp.com"],
  "Trend Micro": ["trendmicro.com", "trendmicro.eu"],
  "Symantec Email Security": ["messagelabs.com", "symanteccloud.com"],
  Trellix: ["fireeyecloud.com", "fireeye.com", "fireeyegov.com"],
  McAfee: ["mxlogic.net"],
  Forcepoint: ["mailcontrol.com", "forcepoint.net"],
  Sophos: ["sophos.com", "reflexion.net"],
  Hornetsecurity: [
    "hornetsecurity.com",
    "hornetsecurity.ch",
    "antispameurope.com",
    "antispameurope.de",
    "expurgate.net",
    "expurgate.de",
  ],
  "Cloudflare Area 1": ["mxrecord.io", "mxrecord.mx"],
  "Cloudflare Email Routing": ["mx.cloudflare.net"],
  Fortinet: ["fortimailcloud.com", "fortimail.com"],
  SpamExperts: ["antispamcloud.com", "spamexperts.com", "spamexperts.eu", "spamexperts.net", "mtaroutes.com"],
  AppRiver: ["arsmtp.com", "appriver.com", "zixmail.net", "zixsmbhc.com"],
  VIPRE: ["mailanyone.net", "electric.net"],
  TitanHQ: ["spamtitan.com", "titanhq.com"],
  Retarus: ["retarus.com", "retarus.de"],
  Vade: ["vadesecure.com", "earthlink-vadesecure.net"],
  Libraesva: ["libraesva.com"],
  SEPPmail: ["seppmail.cloud", "seppmail.ch"],
  Securence: ["securence.com"],
  MailGuard: ["mailguard.com.au"],
  Mailprotector: ["mailprotector.com", "mpmailmx.com"],
  SpamHero: ["spamhero.com"],
  "MX Guarddog": ["mxguarddog.com"],
  "MX Thunder": ["mxthunder.net"],
  ZeroSpam: ["zerospam.ca"],
  GoSecure: ["gosecure.net"],
  Iberlayer: ["iberlayer.com"],
  iCritical: ["icritical.com"],
  SecureMX: ["securemx.jp"],
  MailChannels: ["mailchannels.net"],
  SiteGround: ["mailspamprotection.com"],
  "Email Service": ["emailservice.io", "emailservice.co", "emailservice.cc"],
  TransIP: ["premiumantispam.nl"],
  "Online Spamfilter": ["onlinespamfilter.nl", "onlinespamfilter.com"],
  Combell: ["mailprotect.be"],
  Spamcleaner: ["spamcleaner.ch"],
  Mailinblack: ["mailinblack.com"],
};

const lookup = createSuffixLookup(
  Object.entries(suffixesOf).flatMap(([vendor, suffixes]) => suffixes.map((suffix) => [suffix, vendor] as const)),
);

/** The vendor of the filter that the given MX host belongs to; null where none is known or no host is. */
export function filterVendor(mxHost: string | null): string | null {
  return mxHost === null ? null : lookup(mxHost);
}
