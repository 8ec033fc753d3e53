import { type Declarations, readDeclarations } from './declarations.ts';

const numbers = ['int', 'uint', 'double'] as const;
const ordered = ['bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration'] as const;

/** Comparisons: of values of one type, and of numbers of any two. */
function comparisons(operator: string, name: string): string {
  const lines: string[] = [];
  const id = (type: string): string => (type === 'int' || type === 'uint' ? `${type}64` : type);
  for (const type of ordered) {
    lines.push(`${operator}(${type}, ${type}) -> bool  ${name}_${id(type)}`);
    if (!numbers.includes(type as 'int')) continue;
    for (const other of numbers) {
      if (other !== type) lines.push(`${operator}(${type}, ${other}) -> bool  ${name}_${id(type)}_${id(other)}`);
    }
  }
  return lines.join('\n');
}

const timeParts = [
  ['getFullYear', 'year', undefined],
  ['getMonth', 'month', undefined],
  ['getDayOfYear', 'day_of_year', undefined],
  ['getDayOfMonth', 'day_of_month', undefined],
  ['getDate', 'day_of_month_1_based', undefined],
  ['getDayOfWeek', 'day_of_week', undefined],
  ['getHours', 'hours', 'duration_to_hours'],
  ['getMinutes', 'minutes', 'duration_to_minutes'],
  ['getSeconds', 'seconds', 'duration_to_seconds'],
  ['getMilliseconds', 'milliseconds', 'duration_to_milliseconds'],
] as const;

function timeFunctions(): string {
  return timeParts
    .flatMap(([name, part, ofDuration]) => [
      `timestamp . ${name}() -> int  timestamp_to_${part}`,
      `timestamp . ${name}(string) -> int  timestamp_to_${part}_with_tz`,
      ...(ofDuration === undefined ? [] : [`duration . ${name}() -> int  ${ofDuration}`]),
    ])
    .join('\n');
}

const core = `
_?_:_(bool, A, A) -> A  conditional
_&&_(bool, bool) -> bool  logical_and
_||_(bool, bool) -> bool  logical_or
!_(bool) -> bool  logical_not
@not_strictly_false(bool) -> bool  not_strictly_false
_==_(A, A) -> bool  equals
_!=_(A, A) -> bool  not_equals
_+_(bytes, bytes) -> bytes  add_bytes
_+_(double, double) -> double  add_double
_+_(duration, duration) -> duration  add_duration_duration
_+_(duration, timestamp) -> timestamp  add_duration_timestamp
_+_(timestamp, duration) -> timestamp  add_timestamp_duration
_+_(int, int) -> int  add_int64
_+_(list(A), list(A)) -> list(A)  add_list
_+_(string, string) -> string  add_string
_+_(uint, uint) -> uint  add_uint64
_/_(double, double) -> double  divide_double
_/_(int, int) -> int  divide_int64
_/_(uint, uint) -> uint  divide_uint64
_%_(int, int) -> int  modulo_int64
_%_(uint, uint) -> uint  modulo_uint64
_*_(double, double) -> double  multiply_double
_*_(int, int) -> int  multiply_int64
_*_(uint, uint) -> uint  multiply_uint64
-_(double) -> double  negate_double
-_(int) -> int  negate_int64
_-_(double, double) -> double  subtract_double
_-_(duration, duration) -> duration  subtract_duration_duration
_-_(int, int) -> int  subtract_int64
_-_(timestamp, duration) -> timestamp  subtract_timestamp_duration
_-_(timestamp, timestamp) -> duration  subtract_timestamp_timestamp
_-_(uint, uint) -> uint  subtract_uint64
_[_](list(A), int) -> A  index_list
_[_](map(A, B), A) -> B  index_map
@in(A, list(A)) -> bool  in_list
@in(A, map(A, B)) -> bool  in_map
size(bytes) -> int  size_bytes
bytes . size() -> int  bytes_size
size(list(A)) -> int  size_list
list(A) . size() -> int  list_size
size(map(A, B)) -> int  size_map
map(A, B) . size() -> int  map_size
size(string) -> int  size_string
string . size() -> int  string_size
type(A) -> type(A)  type
bool(bool) -> bool  bool_to_bool
bool(string) -> bool  string_to_bool
bytes(bytes) -> bytes  bytes_to_bytes
bytes(string) -> bytes  string_to_bytes
double(double) -> double  double_to_double
double(int) -> double  int64_to_double
double(string) -> double  string_to_double
double(uint) -> double  uint64_to_double
duration(duration) -> duration  duration_to_duration
duration(int) -> duration  int64_to_duration
duration(string) -> duration  string_to_duration
dyn(A) -> dyn  to_dyn
int(int) -> int  int64_to_int64
int(double) -> int  double_to_int64
int(duration) -> int  duration_to_int64
int(string) -> int  string_to_int64
int(timestamp) -> int  timestamp_to_int64
int(uint) -> int  uint64_to_int64
string(string) -> string  string_to_string
string(bool) -> string  bool_to_string
string(bytes) -> string  bytes_to_string
string(double) -> string  double_to_string
string(duration) -> string  duration_to_string
string(int) -> string  int64_to_string
string(timestamp) -> string  timestamp_to_string
string(uint) -> string  uint64_to_string
timestamp(timestamp) -> timestamp  timestamp_to_timestamp
timestamp(int) -> timestamp  int64_to_timestamp
timestamp(string) -> timestamp  string_to_timestamp
uint(uint) -> uint  uint64_to_uint64
uint(double) -> uint  double_to_uint64
uint(int) -> uint  int64_to_uint64
uint(string) -> uint  string_to_uint64
string . contains(string) -> bool  contains_string
string . endsWith(string) -> bool  ends_with_string
string . startsWith(string) -> bool  starts_with_string
matches(string, string) -> bool  matches
string . matches(string) -> bool  matches_string
`;

const optionals = `
optional.of(V) -> optional(V)  optional_of
optional.ofNonZeroValue(V) -> optional(V)  optional_ofNonZeroValue
optional.none() -> optional(V)  optional_none
optional(V) . value() -> V  optional_value
optional(V) . hasValue() -> bool  optional_hasValue
optional(V) . or(optional(V)) -> optional(V)  optional_or_optional
optional(V) . orValue(V) -> V  optional_orValue_value
_?._(dyn, string) -> optional(V)  select_optional_field
_[?_](list(V), int) -> optional(V)  list_optindex_optional_int
_[?_](optional(list(V)), int) -> optional(V)  optional_list_optindex_optional_int
_[?_](map(K, V), K) -> optional(V)  map_optindex_optional_value
_[?_](optional(map(K, V)), K) -> optional(V)  optional_map_optindex_optional_value
_[_](optional(list(V)), int) -> optional(V)  optional_list_index_int
_[_](optional(map(K, V)), K) -> optional(V)  optional_map_index_value
list(V) . last() -> optional(V)  list_last
list(V) . first() -> optional(V)  list_first
optional.unwrap(list(optional(V))) -> list(V)  optional_unwrap
list(optional(V)) . unwrapOpt() -> list(V)  optional_unwrapOpt
cel.@mapInsert(map(K, V), K, V) -> map(K, V)  @mapInsert_map_key_value
cel.@mapInsert(map(K, V), map(K, V)) -> map(K, V)  @mapInsert_map_map
`;

const strings = `
string . charAt(int) -> string  string_char_at_int
string . indexOf(string) -> int  string_index_of_string
string . indexOf(string, int) -> int  string_index_of_string_int
string . lastIndexOf(string) -> int  string_last_index_of_string
string . lastIndexOf(string, int) -> int  string_last_index_of_string_int
string . lowerAscii() -> string  string_lower_ascii
string . replace(string, string) -> string  string_replace_string_string
string . replace(string, string, int) -> string  string_replace_string_string_int
string . split(string) -> list(string)  string_split_string
string . split(string, int) -> list(string)  string_split_string_int
string . substring(int) -> string  string_substring_int
string . substring(int, int) -> string  string_substring_int_int
string . trim() -> string  string_trim
string . upperAscii() -> string  string_upper_ascii
string . format(list(dyn)) -> string  string_format
strings.quote(string) -> string  strings_quote
list(string) . join() -> string  list_join
list(string) . join(string) -> string  list_join_string
string . find(string) -> string  string_find_string
string . findAll(string) -> list(string)  string_find_all_string
string . findAll(string, int) -> list(string)  string_find_all_string_int
`;

const summable = ['int', 'uint', 'double', 'duration'] as const;
const comparable = [...summable, 'timestamp', 'string', 'bytes', 'bool'] as const;

function listFunctions(): string {
  return [
    ...comparable.flatMap(type => [
      `list(${type}) . isSorted() -> bool  list_${type}_is_sorted_bool`,
      `list(${type}) . max() -> ${type}  list_${type}_max_${type}`,
      `list(${type}) . min() -> ${type}  list_${type}_min_${type}`,
      `list(${type}) . sort() -> list(${type})  list_${type}_sort`,
      `list(T) . @sortByAssociatedKeys(list(${type})) -> list(T)  list_${type}_sortByAssociatedKeys`,
    ]),
    ...summable.map(type => `list(${type}) . sum() -> ${type}  list_${type}_sum_${type}`),
    'list(A) . indexOf(A) -> int  list_a_index_of_int',
    'list(A) . lastIndexOf(A) -> int  list_a_last_index_of_int',
    'list(T) . slice(int, int) -> list(T)  list_slice',
    'list(list(T)) . flatten() -> list(T)  list_flatten',
    'list(dyn) . flatten(int) -> list(dyn)  list_flatten_int',
    'lists.range(int) -> list(int)  lists_range',
    'list(T) . reverse() -> list(T)  list_reverse',
    'list(T) . distinct() -> list(T)  list_distinct',
    'sets.contains(list(T), list(T)) -> bool  list_sets_contains_list',
    'sets.equivalent(list(T), list(T)) -> bool  list_sets_equivalent_list',
    'sets.intersects(list(T), list(T)) -> bool  list_sets_intersects_list',
  ].join('\n');
}

const kubernetes = `
cidr(string) -> cidr  string_to_cidr
cidr . containsIP(string) -> bool  cidr_contains_ip_string
cidr . containsIP(ip) -> bool  cidr_contains_ip_ip
cidr . containsCIDR(string) -> bool  cidr_contains_cidr_string
cidr . containsCIDR(cidr) -> bool  cidr_contains_cidr
cidr . ip() -> ip  cidr_ip
cidr . prefixLength() -> int  cidr_prefix_length
cidr . masked() -> cidr  cidr_masked
isCIDR(string) -> bool  is_cidr
string(cidr) -> string  cidr_to_string
ip(string) -> ip  string_to_ip
ip . family() -> int  ip_family
ip.isCanonical(string) -> bool  ip_is_canonical
ip . isUnspecified() -> bool  ip_is_unspecified
ip . isLoopback() -> bool  ip_is_loopback
ip . isLinkLocalMulticast() -> bool  ip_is_link_local_multicast
ip . isLinkLocalUnicast() -> bool  ip_is_link_local_unicast
ip . isGlobalUnicast() -> bool  ip_is_global_unicast
isIP(string) -> bool  is_ip
string(ip) -> string  ip_to_string
quantity(string) -> quantity  string_to_quantity
isQuantity(string) -> bool  is_quantity_string
sign(quantity) -> int  quantity_sign
quantity . isGreaterThan(quantity) -> bool  quantity_is_greater_than
quantity . isLessThan(quantity) -> bool  quantity_is_less_than
quantity . compareTo(quantity) -> int  quantity_compare_to
quantity . asApproximateFloat() -> double  quantity_get_float
quantity . asInteger() -> int  quantity_get_int
quantity . isInteger() -> bool  quantity_is_integer
quantity . add(quantity) -> quantity  quantity_add
quantity . add(int) -> quantity  quantity_add_int
quantity . sub(quantity) -> quantity  quantity_sub
quantity . sub(int) -> quantity  quantity_sub_int
semver(string) -> semver  string_to_semver
semver(string, bool) -> semver  string_bool_to_semver
isSemver(string) -> bool  is_semver_string
isSemver(string, bool) -> bool  is_semver_string_bool
semver . isGreaterThan(semver) -> bool  semver_is_greater_than
semver . isLessThan(semver) -> bool  semver_is_less_than
semver . compareTo(semver) -> int  semver_compare_to
semver . major() -> int  semver_major
semver . minor() -> int  semver_minor
semver . patch() -> int  semver_patch
url(string) -> url  string_to_url
url . getScheme() -> string  url_get_scheme
url . getHost() -> string  url_get_host
url . getHostname() -> string  url_get_hostname
url . getPort() -> string  url_get_port
url . getEscapedPath() -> string  url_get_escaped_path
url . getQuery() -> map(string, list(string))  url_get_query
isURL(string) -> bool  is_url_string
format . validate(string) -> optional(list(string))  format-validate
format.named(string) -> optional(format)  format-named
`;

/** Rules of CRDs have no authorizer to ask, but its functions are known. */
const authorization = `
authorizer . path(string) -> pathCheck  authorizer_path
authorizer . group(string) -> groupCheck  authorizer_group
authorizer . serviceAccount(string, string) -> authorizer  authorizer_serviceaccount
groupCheck . resource(string) -> resourceCheck  groupcheck_resource
resourceCheck . subresource(string) -> resourceCheck  resourcecheck_subresource
resourceCheck . namespace(string) -> resourceCheck  resourcecheck_namespace
resourceCheck . name(string) -> resourceCheck  resourcecheck_name
resourceCheck . fieldSelector(string) -> resourceCheck  authorizer_fieldselector
resourceCheck . labelSelector(string) -> resourceCheck  authorizer_labelselector
pathCheck . check(string) -> decision  pathcheck_check
resourceCheck . check(string) -> decision  resourcecheck_check
decision . errored() -> bool  decision_errored
decision . error() -> string  decision_error
decision . allowed() -> bool  decision_allowed
decision . reason() -> string  decision_reason
`;

export const formatNames = [
  'dns1123Label',
  'dns1123Subdomain',
  'dns1035Label',
  'qualifiedName',
  'dns1123LabelPrefix',
  'dns1123SubdomainPrefix',
  'dns1035LabelPrefix',
  'labelValue',
  'uri',
  'uuid',
  'byte',
  'date',
  'datetime',
] as const;

let declared: Declarations | undefined;

/** The functions that Kubernetes' rules may call. Kubernetes: `environment/base.go`. */
export function standardDeclarations(): Declarations {
  declared ??= readDeclarations(
    [
      core,
      comparisons('_<_', 'less'),
      comparisons('_<=_', 'less_equals'),
      comparisons('_>_', 'greater'),
      comparisons('_>=_', 'greater_equals'),
      timeFunctions(),
      optionals,
      strings,
      listFunctions(),
      kubernetes,
      authorization,
      ...formatNames.map(name => `format.${name}() -> format  format.${name}`),
    ].join('\n'),
  );
  return declared;
}
