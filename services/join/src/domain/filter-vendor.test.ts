import { expect, test } from "vitest";
import { filterVendor } from "./filter-vendor.ts";

test("the vendor is that of the MX host's suffix, the longer suffix where two fit", () => {
  expect(filterVendor("mxa-00123.gslb.pphosted.com")).toBe("Proofpoint");
  expect(filterVendor("d123.a.ess.barracudanetworks.com")).toBe("Barracuda");
  expect(filterVendor("contoso-com.mail.protection.outlook.com")).toBe("Microsoft Defender");
  expect(filterVendor("outlook-com.olc.protection.outlook.com")).toBe("Microsoft consumer");
  expect(filterVendor("Cluster1.EU.MessageLabs.com.")).toBe("Symantec Email Security");
});

test("a host of nobody known, one that only ends in the same letters, and no host have no vendor", () => {
  expect(filterVendor("mx.example.com")).toBeNull();
  expect(filterVendor("notpphosted.com")).toBeNull();
  expect(filterVendor("protection.outlook.com")).toBeNull();
  expect(filterVendor("")).toBeNull();
  expect(filterVendor(null)).toBeNull();
});
