/** A key with which Amazon signs the packages of its agent of Systems Manager. */
export interface SigningKey {
  /** Of OpenPGP, version 4: hexadecimal. Its last 16 digits are the key's id. */
  readonly fingerprint: string
  /** Seconds since 1970: it signs from then on, and as long as it lasts. The beginning is part of the fingerprint. */
  readonly created: number
  readonly expires: number
  /** The modulus of RSA, base64url; the exponent is 65537. */
  readonly modulus: string
}

/**
 * As Amazon publishes them (files/amazon-ssm-agent.gpg of aws/amazon-ecs-ami; AWS Systems Manager User Guide, "Verifying the
 * signature of SSM Agent"). Each lasts a year and a half; a package that one has signed in its time stays good. A package
 * signed with a newer one is refused until that one is added here.
 */
export const SIGNING_KEYS: readonly SigningKey[] = [
  {
    fingerprint: '4855A9E6833216D6A77D8FE451A8E050D0052E5D',
    created: 1_737_569_966,
    expires: 1_784_139_566,
    modulus: [
      'q5X-Yej8_pPjPkAiSdi3yu3dk5_SfIifagStlcL7sXKNa6UjvihCN503srD7oXsYpqbPFjggA1-FZW7CsTGUC40DOJgNuptU4sPZ',
      'wCOJKHeGyo4rjATFEwg9cH54x980IuJA1HW6XwBDIj4DS1Sx_OVn_pYSvmZvld_A2My8lY9N5F-MCohukTKMczgWWuYDbFavo_qA',
      'lCExs_1EcR-9d0YKPFnqBHoCNPu4ggSyoPjzNG-xldp85MFic-_eh3ZKkoPAcF7GGi06x8Wtj9SKcDworAJMju4GWjHelI-vXbTB',
      'TvlfGkHnum-e6hrhSmcO4dVb3POT2xdRsv8DSKWq8ue5FBwRVINb2Hqf66CbhGyQqve6-SNpYi5eDQMq1m_a_0wFcZV76jOImVIc',
      'ZvBgKdBcsDHQa_WRAgpSmuR8blZpZtFoJU16GEzmSng4OmaAr8oTcVp3gjYqe-H6IV8pnhReS_27nYQcMucLsEp4joExi6P-AlYG',
      'R1gnDfndEN28f7JdkDaj4Of8c7MRLcply3VXcCyLC3REFJyL8vCk7OY6Jdw8Ip5xBMoZcusHWsPqgzoZEjk_1ZxK60jJGBfFSX2u',
      'Ro4QgVisPSVUpGj9giP1RzoBzDCkTp7patIUUAUe0Zi2LffMbt_ARyVjJhfBmvxybiMcw9VZpGTj7wwxElM',
    ].join(''),
  },
  {
    fingerprint: '1C5B395CBE5E74E2F1CA21592784DBF388D19D46',
    created: 1_780_581_487,
    expires: 1_827_151_087,
    modulus: [
      'sTTpO0zNcsB41tKq0sh_Z6UQ1I6VgMgg_C9WLu5y58cBAbVDpB4ECKNbHE1rsKIGgWaQM4NtgNuQJaDq4V_ARk6JIe9V5ty20E_H',
      'Q0FA0-1kU5eEeae-_Okze_aeA6g9_ycs44g_5Hk2MoaZQVncpOQRHKpclY_T3_9TugqziYBg9aBmCu5UajLZl5X_Ov5ir3lr4yUz',
      'wBdunZAyWXnJ64XshAPfV5TjZvMwJSuodPSU4RwZljIAz1w0rFXhMl4pT1CRYWSdh11RtrUvYqFTN9PbTF-gd1ucKE-8PEgOrldj',
      '39IzJqGJjLgpkDFPP-_7zi0EiZvulrouXWcsAK6rTql3EpXnUX-8YZroN0GuZmqmNk7XJ16k2h91mgS7SWWKgyXLFB_fQF6nUJKM',
      '7Ahxy9jZsUYkociwl-FQSsx_I-ZAzRnki7oiAm49U7n4eyw7iMHTkJ1_YLweo_0hd2FaiZeAwIwrODg2KcJvt-kWY0JG8BC81815',
      'w6DYI0ebVwojXcSS7s3pkMuxXA3PdHxG6Q19N6ze4nHmrwZmW2eU5bud34Kc3ZH5Q_DsH452GvQF4ds8HgtRtLrdkFPnGXKDquf0',
      'D7UBCzar4KQFLELZAhAk3q8_EroK4mQ-E53eBSVIKKl_v4sAlnrMloxpKLcYu2iZbi7c_s5zU_UoHjAqCZk',
    ].join(''),
  },
]
