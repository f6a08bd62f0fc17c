#!/bin/sh
# Makes the fixtures of tests/it/signature*.rs and src/signature/tests.rs with openssl 3 alone, so that
# what is read here was written by somebody else. Run it in this folder: `sh make.sh`. Everybody in it is
# synthetic; the keys of the authority are thrown away, the one key that tests sign with is kept.
set -eu
here=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

INDIVIDUAL=1.2.398.3.3.4.1.1
ORGANISATION=1.2.398.3.3.4.1.2
CEO=$ORGANISATION.1
EMPLOYEE=$ORGANISATION.5
FINANCE=$ORGANISATION.3
FROM=20260101000000Z
UNTIL=20460101000000Z

cat > ca.cnf <<CNF
[ca]
default_ca = own
[own]
dir = .
database = ./index.txt
serial = ./serial
crlnumber = ./crlnumber
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
copy_extensions = none
[any]
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[issuing]
basicConstraints = critical,CA:true,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[answers]
basicConstraints = CA:false
extendedKeyUsage = OCSPSigning
CNF
: > index.txt
echo 1000 > serial
echo 01 > crlnumber

rsa() { openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1.key"; }
ec() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:"$2" -out "$1.key"; }

# $1 name, $2 subject, $3 authority, $4 section, $5 from, $6 until, $7 digest
certify() {
    openssl req -new -utf8 -key "$1.key" -subj "$2" -config /dev/stdin -out "$1.csr" <<CNF
[req]
distinguished_name = dn
string_mask = utf8only
[dn]
CNF
    if [ "$3" = self ]; then signer="-selfsign -keyfile $1.key"; else signer="-cert $3.pem -keyfile $3.key"; fi
    # shellcheck disable=SC2086
    openssl ca -batch -notext -config ca.cnf -preserveDN -extfile ca.cnf -extensions "$4" -md "${7:-sha256}" \
        -startdate "$5" -enddate "$6" $signer -in "$1.csr" -out "$1.pem" 2>/dev/null
}

# A section of extensions: $1 name, $2 key usage, $3 extended key usage.
section() {
    printf '[%s]\nbasicConstraints = CA:false\nkeyUsage = %s\nextendedKeyUsage = %s\n' "$1" "$2" "$3" >> ca.cnf
}
SIGNS=digitalSignature,nonRepudiation
section signs_ceo $SIGNS "emailProtection,$ORGANISATION,$CEO"
section signs_employee $SIGNS "emailProtection,$ORGANISATION,$EMPLOYEE"
section signs_finance $SIGNS "emailProtection,$ORGANISATION,$FINANCE"
section enters digitalSignature,keyEncipherment "clientAuth,$ORGANISATION,$CEO"
section personal $SIGNS "emailProtection,$INDIVIDUAL"

rsa root; certify root "/C=KZ/O=Synthetic/CN=Synthetic root" self root $FROM $UNTIL
rsa issuing; certify issuing "/C=KZ/O=Synthetic/CN=Synthetic issuing" root issuing $FROM $UNTIL
rsa answers; certify answers "/C=KZ/O=Synthetic/CN=Synthetic answers" issuing answers $FROM $UNTIL
# The same name, another key: nobody whom we believe.
rsa stranger; certify stranger "/C=KZ/O=Synthetic/CN=Synthetic issuing" self root $FROM $UNTIL

WHO="/C=KZ/CN=СЫНАҚ АДАМ/SN=СЫНАҚ/serialNumber=IIN950615300000/O=Сынақ колледжі"
BIN="/OU=BIN991240000003/GN=ҮЛГІҰЛЫ"
rsa rsa; certify rsa "$WHO$BIN" issuing signs_ceo $FROM $UNTIL
ec p256 P-256; certify p256 "$WHO$BIN" issuing signs_employee $FROM $UNTIL
ec p384 P-384; certify p384 "$WHO$BIN" issuing signs_ceo $FROM $UNTIL
rsa expired; certify expired "$WHO$BIN" issuing signs_ceo $FROM 20260201000000Z
rsa early; certify early "$WHO$BIN" issuing signs_ceo 20450101000000Z $UNTIL
rsa revoked; certify revoked "$WHO$BIN" issuing signs_ceo $FROM $UNTIL
rsa personal; certify personal "$WHO" issuing personal $FROM $UNTIL
rsa enters; certify enters "$WHO$BIN" issuing enters $FROM $UNTIL
rsa finance; certify finance "$WHO$BIN" issuing signs_finance $FROM $UNTIL
rsa wrong-bin; certify wrong-bin "$WHO/OU=BIN991240000004" issuing signs_ceo $FROM $UNTIL
rsa two-bins; certify two-bins "$WHO$BIN/serialNumber=BIN991241000009" issuing signs_ceo $FROM $UNTIL
rsa serial-bin; certify serial-bin "/C=KZ/CN=СЫНАҚ АДАМ/serialNumber=BIN991240000003" issuing signs_ceo $FROM $UNTIL
rsa unknown; certify unknown "$WHO$BIN" stranger signs_ceo $FROM $UNTIL
rsa sha1; certify sha1 "$WHO$BIN" issuing signs_ceo $FROM $UNTIL sha1
rsa beneath; certify beneath "$WHO$BIN" rsa signs_ceo $FROM $UNTIL

printf 'what was asked to be signed' > content.bin
# $1 output, $2 signer, rest options
sign() {
    out=$1; who=$2; shift 2
    openssl cms -sign -binary -in content.bin -outform DER -out "$out.cms" -signer "$who.pem" \
        -inkey "$who.key" -certfile issuing.pem "$@"
}
for who in rsa p256 p384 expired early revoked personal enters finance wrong-bin two-bins serial-bin unknown sha1; do
    sign $who $who -nodetach -md sha256
done
sign rsa-sha384 rsa -nodetach -md sha384
sign rsa-sha512 rsa -nodetach -md sha512
sign p384-sha384 p384 -nodetach -md sha384
sign detached rsa -md sha256
sign cades rsa -nodetach -md sha256 -cades
sign by-key-id rsa -nodetach -md sha256 -keyid 2>/dev/null || sign by-key-id rsa -nodetach -md sha256
sign streamed rsa -nodetach -md sha256 -stream
sign md5 rsa -nodetach -md md5
sign md-sha1 rsa -nodetach -md sha1
sign no-attributes rsa -nodetach -md sha256 -noattr
sign no-certificate rsa -nodetach -md sha256 -nocerts
sign two-signers rsa -nodetach -md sha256 -signer p256.pem -inkey p256.key
openssl cms -sign -binary -in content.bin -outform DER -out chain.cms -signer rsa.pem -inkey rsa.key \
    -certfile issuing.pem -nodetach -md sha256
openssl cms -sign -binary -in content.bin -outform DER -out beneath.cms -signer beneath.pem -inkey beneath.key \
    -certfile rsa.pem -nodetach -md sha256
# No signer at all: what `crl2pkcs7` wraps certificates into.
openssl crl2pkcs7 -nocrl -certfile rsa.pem -outform DER -out no-signer.cms
openssl cms -data_create -in content.bin -outform DER -out data.cms

openssl ca -batch -config ca.cnf -cert issuing.pem -keyfile issuing.key -revoke revoked.pem 2>/dev/null
openssl ca -config ca.cnf -cert issuing.pem -keyfile issuing.key -gencrl -crl_lastupdate $FROM \
    -crl_nextupdate $UNTIL -out issuing.crl.pem 2>/dev/null
openssl ca -config ca.cnf -cert issuing.pem -keyfile issuing.key -gencrl -crl_lastupdate $FROM \
    -crl_nextupdate 20260201000000Z -out stale.crl.pem 2>/dev/null
openssl ca -config ca.cnf -cert stranger.pem -keyfile stranger.key -gencrl -crl_lastupdate $FROM \
    -crl_nextupdate $UNTIL -out stranger.crl.pem 2>/dev/null
openssl ca -config ca.cnf -cert root.pem -keyfile root.key -gencrl -crl_lastupdate $FROM \
    -crl_nextupdate $UNTIL -out root.crl.pem 2>/dev/null
for list in issuing stale stranger root; do openssl crl -in $list.crl.pem -outform DER -out $list.crl; done

# Questions as openssl asks them, and the answers: by the authority itself, by whom it made for that, by
# somebody else, and without the number of the question.
for who in rsa revoked; do
    openssl ocsp -issuer issuing.pem -cert $who.pem -reqout $who.ocsp-request
    openssl ocsp -index index.txt -CA issuing.pem -rsigner answers.pem -rkey answers.key -ndays 7 \
        -reqin $who.ocsp-request -respout $who.ocsp-answer >/dev/null
done
openssl ocsp -index index.txt -CA issuing.pem -rsigner issuing.pem -rkey issuing.key -ndays 7 \
    -reqin rsa.ocsp-request -respout by-issuer.ocsp-answer >/dev/null
openssl ocsp -index index.txt -CA issuing.pem -rsigner p256.pem -rkey p256.key -ndays 7 \
    -reqin rsa.ocsp-request -respout by-nobody.ocsp-answer >/dev/null
openssl ocsp -issuer issuing.pem -cert rsa.pem -no_nonce -reqout no-nonce.ocsp-request
openssl ocsp -index index.txt -CA issuing.pem -rsigner answers.pem -rkey answers.key -ndays 7 \
    -reqin no-nonce.ocsp-request -respout no-nonce.ocsp-answer >/dev/null

date -u +%Y-%m-%dT%H:%M:%SZ > made
for name in root issuing rsa p256 revoked; do openssl x509 -in $name.pem -outform DER -out $name.der; done
# The tests of signing in sign challenges with these.
openssl pkcs8 -topk8 -nocrypt -in p256.key -outform DER -out p256.pkcs8
ec other P-256
certify other "/C=KZ/CN=ЕКІНШІ АДАМ/serialNumber=IIN010101200004/OU=BIN991241000009" issuing signs_ceo $FROM $UNTIL
openssl x509 -in other.pem -outform DER -out other.der
openssl pkcs8 -topk8 -nocrypt -in other.key -outform DER -out other.pkcs8
# Somebody with a key of their own, and somebody else.
ec own P-256
certify own "/C=KZ/CN=ТӨРТІНШІ АДАМ/serialNumber=IIN010101200004" issuing personal $FROM $UNTIL
ec own-other P-256
certify own-other "/C=KZ/CN=БЕСІНШІ АДАМ/serialNumber=IIN950615300000" issuing personal $FROM $UNTIL
for name in own own-other; do
    openssl x509 -in $name.pem -outform DER -out $name.der
    openssl pkcs8 -topk8 -nocrypt -in $name.key -outform DER -out $name.pkcs8
done
cp ./*.cms ./*.crl ./*.ocsp-* ./*.der ./*.pkcs8 root.pem issuing.pem content.bin made "$here"
