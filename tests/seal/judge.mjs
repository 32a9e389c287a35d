// Has sigstore's own verifier judge bundles: node judge.mjs MODULES KEY BUNDLE...
//
// MODULES is the folder with node_modules, KEY the PEM file of the public key that may have signed. Prints, for each
// bundle, "accepted" and what it is over, or "refused" and why. Nothing else than the key is trusted: no certificate, no log.
//
// Or node judge.mjs MODULES ROOT.json=IDENTITY=ISSUER BUNDLE...: signed keyless, by that identity, as that trust root tells.
import { createHash, createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [modules, trusted, ...bundles] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { bundleFromJSON } = require("@sigstore/bundle");
const { TrustedRoot } = require("@sigstore/protobuf-specs");
const { Verifier, toSignedEntity, toTrustMaterial } = require("@sigstore/verify");

const nobody = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
const unlogged = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 };

function trustingKey(file) {
  const publicKey = createPublicKey(readFileSync(file));
  const spki = publicKey.export({ format: "der", type: "spki" });
  const ours = createHash("sha256").update(spki).digest("base64");
  const find = (hint) => {
    if (hint !== ours) {
      throw new Error(`no key has the hint ${JSON.stringify(hint)}`);
    }
    return { publicKey, validFor: () => true };
  };
  return [new Verifier(toTrustMaterial(nobody, find), unlogged), undefined];
}

function trustingIdentity(file, subjectAlternativeName, issuer) {
  const root = TrustedRoot.fromJSON(JSON.parse(readFileSync(file, "utf8")));
  return [new Verifier(toTrustMaterial(root)), { subjectAlternativeName, extensions: { issuer } }];
}

const named = trusted.split("=");
const [verifier, policy] = named.length === 3 ? trustingIdentity(...named) : trustingKey(trusted);

for (const file of bundles) {
  try {
    const bundle = bundleFromJSON(JSON.parse(readFileSync(file, "utf8")));
    verifier.verify(toSignedEntity(bundle), policy);
    const { payload, payloadType } = bundle.content.dsseEnvelope;
    const digest = createHash("sha256").update(payload).digest("hex");
    console.log(`accepted ${bundle.mediaType} ${payloadType} ${digest}`);
  } catch (trouble) {
    console.log(`refused ${trouble.code ?? trouble.name} ${trouble.message}`.replaceAll("\n", " "));
  }
}
