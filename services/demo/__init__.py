"""The demo: a made-up year of Qinghai as files, with planted irregularities and a truth that was written down first.

Owns no data and serves nothing. `mingzhang demo write` makes the files, `mingzhang demo load` sends them through
the doors that everybody uses.

Identities are synthetic, from ranges that nobody has (see identities.py):

* ID numbers: address code 639900, which no division ever had, births 1800 to 1899, valid GB 11643 check digit.
* Unified social credit codes: address code 639900 as well, valid check digits of GB 32100 and of the organisation
  code inside.
* Bank accounts: 19 digits that begin with 9999, an issuer range of a country that does not exist.
* Names: from two short lists of rare characters, some of them outside GBK. No telephone numbers at all.

How a size is made, and what it costs (measured on two shared cores; l is extrapolated from m, by lines):

====  ==========  ======  ==========  ==============
size  lines       files   disk        time to write
====  ==========  ======  ==========  ==============
s     20 thousand  ~220   15 MB       3 s
m     1 million    ~970   0.4 GB      1 min
l     20 million   ~970   8.5 GB      20 min
====  ==========  ======  ==========  ==============

All sizes share the same quotas and projects. Memory stays bounded by one division: 50 MB for m, below 0.3 GB for l.
In s the divisions of a prefecture share a file, so that it loads quickly; in m and l every division sends its own.
"""
