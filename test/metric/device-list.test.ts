import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceHeader, deviceLine, sensorUrl } from '../../agent/metric/device-list.ts';

const DEVICE = {
  account: '111122223333',
  region: 'eu-west-1',
  vpc: 'vpc-1',
  subnet: 'subnet-1',
  instance: 'i-1',
  address: '10.0.3.17',
  name: 'vpc-canary vpc-1',
  sensor: 'http://10.0.3.17:8080/prtg',
};

test('a line has the columns of the header, in its order', () => {
  assert.equal(deviceHeader(), 'account,region,vpc,subnet,instance,address,name,sensor\r\n');
  assert.equal(
    deviceLine(DEVICE),
    '111122223333,eu-west-1,vpc-1,subnet-1,i-1,10.0.3.17,vpc-canary vpc-1,http://10.0.3.17:8080/prtg\r\n',
  );
});

test('names are what people wrote: quoted, and no formula', () => {
  assert.match(deviceLine({ ...DEVICE, name: 'a, "b"' }), /,"a, ""b""",http/);
  assert.match(deviceLine({ ...DEVICE, name: '=cmd()' }), /,'=cmd\(\),/);
});

test('the sensor’s URL, IPv6 too', () => {
  assert.equal(sensorUrl('https', '2001:db8::1', 8443), 'https://[2001:db8::1]:8443/prtg');
});
