import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {isSignedBy, readSignature} from '../../../src/artifacts/ssm-agent/openpgp-signature.js'
import {SIGNING_KEYS} from '../../../src/artifacts/ssm-agent/signing-keys.js'
import {fingerprintOf, sign, testKey} from './openpgp.js'

const DATA = 'a package, as it were\n'

/** A key of GnuPG 2.2, and what it made of DATA: once with SHA-1, and once with SHA-512 and armor. */
const GNUPG = {
  fingerprint: 'E00332928A12BF54AD94A08268E69BD38CCFAB40',
  created: 1_795_675_982,
  expires: 1_795_675_982 + 60,
  modulus:
    '6GqKZ4llPTnreHmOqNSc4_AQfO1QypiQGtiZsz6VccKQ5E6uXvuGZ-gWxJ7JHI8Xm3DuiMDKpvZ8nVEpEGJNd1x0ugbc8hYbQoVgYONrfwsNoXNZ_0YHNSQbP_ZMKTTC5If0vGtoOc1WRNVFfQHTlTcdNH2eP5sPb7yKjuqSxQeJ6DanQgpcT-c87wJ_1P0Q9QrmY7DsvSPwGcoHjnS5xds1ev45rxdM0wQ2R_0hVdLG8YZr6LqfcySc1HfddV95UVBobBlVXBOxgDfVOvaBBRdetDZAvrokcTMH4i5wME9moOF6YsOwHfRgqLLqY_zpK8VqK5nQ08ObQ4Y2GXSGWw',
}
const SIGNATURES = [
  Buffer.from(
    'iQEzBAABAgAdFiEE4AMykooSv1StlKCCaOab04zPq0AFAmsH108ACgkQaOab04zPq0DhEwf/bNQPDowFrcllMJSbiMF3DE3ziE3pWLnZ/hsmZyKFAAemxVJQjFvLtX1azr4a6XJFffVHP5gt/YVItsbCRjRcgNCcFFQbIyGmpTWnU28j6HPBzTp8JVovGfogoAjfMpGkHUvwLp9X47XQYxnSXAlvyV+LGDbpwGwWfFhwPy0JrCPATu81mmShLvz+ZOrrajfXpQpqEBdjs2EoO+fvLX2Hdp3AFrsbjQ9e91+LnfTZOQ153+4lYhKjJkiTzQ3mbeBFvbsCYzKBZGr0QqrnRl89ivoyNWqYBb2+9Ex4sOdbq3jE9oj9WfXuLzKvNwPcpmt7iFnIeqAojVsF5pQQ+dyCoQ==',
    'base64',
  ),
  Buffer.from(`-----BEGIN PGP SIGNATURE-----

iQEzBAABCgAdFiEE4AMykooSv1StlKCCaOab04zPq0AFAmsH108ACgkQaOab04zP
q0DX2AgAzs7HZzsn22vl/GkmguoBbwROqMsrftCxrHViXU7Q/u7TAzyf4TdtZXEe
dv8qw+0RMxEl5U15+ZRTfJ8erPM17r1XMMvFOhv1ayAEl2DqIDWU1nWKWUXISBGI
uTKsAxZSiYUCOCYEnPc5tADiSSYM2s5sUzESOKUm5XLU86OKLH802aOS238jtCdP
HVk2niJVrMBklE6roDaQuA5iFoRtxzY0/YULjbQYPt9r1SY5pzYuUgzW39Glac0g
JGhYOGJc0jDuD/FX4p+SdIFB2SSngdP9IAl7+bHqPvDalicjQ9o5xvMi6zDbC5iR
zTea0kJuqaDxRCm5FL6/zg85ZgCsxQ==
=uUKt
-----END PGP SIGNATURE-----
`),
]

describe('signatures of OpenPGP', () => {
  const other = testKey(1_000_000_000)
  let directory: string
  let path: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'khw-openpgp-'))
    path = join(directory, 'package')
    await writeFile(path, DATA)
  })
  afterEach(() => rm(directory, {recursive: true}))

  it('are read and verified as GnuPG makes them, and hold for that file and that key alone', async () => {
    for (const bytes of SIGNATURES) {
      await writeFile(path, DATA)
      const signature = readSignature(bytes)
      if (signature === undefined) throw new Error('not read')
      expect(signature).to.include({keyId: '68E69BD38CCFAB40', madeAt: 1_795_675_983})
      expect(await isSignedBy(path, signature, GNUPG)).to.equal(true)
      expect(await isSignedBy(path, signature, {...GNUPG, modulus: other.modulus})).to.equal(false)
      expect(await isSignedBy(path, signature, {...GNUPG, expires: 1_795_675_982})).to.equal(false)
      expect(await isSignedBy(path, signature, {...GNUPG, created: 1_795_675_984})).to.equal(false)
      await writeFile(path, DATA.toUpperCase())
      expect(await isSignedBy(path, signature, GNUPG)).to.equal(false)
    }
  })

  it('are none if they are cut off anywhere, or are of something else than a file', () => {
    const [whole = Buffer.alloc(0)] = SIGNATURES
    for (let length = 0; length < whole.length; length += 1)
      expect(readSignature(whole.subarray(0, length)), String(length)).to.equal(undefined)
    expect(readSignature(sign(Buffer.from(DATA), other))).to.include({keyId: other.fingerprint.slice(-16)})
    expect(readSignature(sign(Buffer.from(DATA), other, {type: 0x13}))).to.equal(undefined)
    expect(readSignature(Buffer.from('<html>Not found</html>'))).to.equal(undefined)
  })

  it('do not hold if what they say of themselves was changed', async () => {
    const [whole = Buffer.alloc(0)] = SIGNATURES
    const changed = Buffer.from(whole)
    // The time of the signature, which is part of what is signed.
    const at = changed.indexOf(Buffer.from([5, 2]), 3) + 5
    changed[at] = (changed[at] ?? 0) ^ 1
    const signature = readSignature(changed)
    if (signature === undefined) throw new Error('not read')
    expect(await isSignedBy(path, signature, GNUPG)).to.equal(false)
  })
})

describe("Amazon's keys", () => {
  it('are those of their fingerprints', () => {
    for (const key of SIGNING_KEYS) expect(fingerprintOf(key)).to.equal(key.fingerprint)
    expect(fingerprintOf(GNUPG)).to.equal(GNUPG.fingerprint)
    expect(SIGNING_KEYS.map(({fingerprint}) => fingerprint)).to.include('1C5B395CBE5E74E2F1CA21592784DBF388D19D46')
  })
})
